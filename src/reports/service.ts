import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf, UserError } from '../errors.ts';
import { formatInstant } from '../instant.ts';
import type { ReportRecord, Storage } from '../storage/ports.ts';
import { computeReport } from './compute.ts';
import { renderReport } from './formats.ts';
import type { ResultFile, ResultsFolder } from './results.ts';

export interface ReportServiceOptions {
  readonly storage: Storage;
  readonly results: ResultsFolder;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

const PROGRESS_INTERVAL = 250;
const RETRY_DELAY = 1_000;

/**
 * Reports are rows in the database; this takes the queued ones, one at a time, and computes them. What a crash
 * interrupts is queued again when the next program starts.
 */
export class ReportService {
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #wanted = false;
  #busy = false;

  constructor({ storage, results, log, now }: ReportServiceOptions) {
    this.#storage = storage;
    this.#results = results;
    this.#log = log;
    this.#now = now;
  }

  /** Takes up what was queued or running when the last program ended. */
  async start(): Promise<void> {
    await this.#results.prepare();
    const requeued = await this.#storage.reports.requeue();
    if (requeued > 0) this.#log.info({ reports: requeued }, 'reports that were interrupted run again');
    this.#wake();
  }

  /** Stops taking reports and gives up the running one, which stays to be run again. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server is stopping'));
    await this.#working;
  }

  /**
   * Asks for a report. Without `asOf` (milliseconds), that of the latest poll in the database is taken.
   *
   * @throws UserError `conflict` when there is no `asOf` and no poll
   */
  async trigger(asOf: number | undefined): Promise<ReportRecord> {
    const instant = asOf ?? (await this.#latestPoll());
    const report = await this.#storage.reports.add({ id: randomUUID(), asOf: instant, requestedAt: this.#now() });
    this.#wake();
    return report;
  }

  /** @throws UserError `not_found` */
  async find(id: string): Promise<ReportRecord> {
    const report = await this.#storage.reports.find(id);
    if (report === undefined) throw new UserError('not_found', `there is no report ${id}`);
    return report;
  }

  /** The CSV of a complete report. @throws UserError `gone` when its file was removed */
  async result(report: ReportRecord): Promise<ResultFile> {
    const file = await this.#results.read(report.resultId);
    if (file !== undefined) return file;
    throw new UserError(
      'gone',
      `the result of report ${report.id} is no longer in the results folder; trigger a new one with "as_of": ` +
        `"${formatInstant(report.asOf)}"`,
    );
  }

  async #latestPoll(): Promise<number> {
    const latest = await this.#storage.snapshot((snapshot) => snapshot.latestPoll());
    if (latest !== undefined) return latest;
    throw new UserError(
      'conflict',
      'there are no polls in the database, so there is no instant to report on; import a polls file ' +
        '(restaurant-monitor import --polls FILE) or give "as_of"',
    );
  }

  #wake(): void {
    this.#wanted = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#working = this.#work().finally(() => {
      this.#busy = false;
    });
  }

  async #work(): Promise<void> {
    while (this.#wanted && !this.#stopping.signal.aborted) {
      this.#wanted = false;
      try {
        for (let next = await this.#claim(); next !== undefined; next = await this.#claim()) await this.#run(next);
      } catch (error) {
        this.#log.error({ err: error }, 'the queue of reports cannot be read; trying again');
        setTimeout(() => this.#wake(), RETRY_DELAY).unref();
      }
    }
  }

  async #claim(): Promise<ReportRecord | undefined> {
    return this.#stopping.signal.aborted ? undefined : this.#storage.reports.claim();
  }

  async #run({ id, asOf }: ReportRecord): Promise<void> {
    const started = performance.now();
    const log = this.#log.child({ report_id: id });
    try {
      const stores = await this.#compute(id, asOf);
      const sharing = await this.#storage.reports.complete(id, stores, this.#now());
      for (const otherId of sharing) await this.#results.share(id, otherId);
      log.info({ stores, sharing: sharing.length, ms: Math.round(performance.now() - started) }, 'report complete');
    } catch (error) {
      if (this.#stopping.signal.aborted) return log.info('report interrupted; it runs again after the restart');
      log.error({ err: error }, 'report failed');
      const reason = error instanceof UserError ? error.message : `an internal error; the log has it under ${id}`;
      await this.#storage.reports.fail(id, reason, this.#now());
    }
  }

  /** Computes a report and writes its file; returns how many stores it has. */
  #compute(id: string, asOf: number): Promise<number> {
    const { reports } = this.#storage;
    return this.#storage.snapshot(async (snapshot) => {
      let told = performance.now();
      const report = await computeReport(snapshot, asOf, {
        signal: this.#stopping.signal,
        onProgress: (done) => {
          if (performance.now() - told < PROGRESS_INTERVAL) return;
          told = performance.now();
          reports.progress(id, done).catch((error) => this.#log.warn({ reason: messageOf(error) }, 'progress is lost'));
        },
      });
      await this.#results.write(id, renderReport(report, 'csv'));
      return report.ids.length;
    });
  }
}
