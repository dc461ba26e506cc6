import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { messageOf, UserError } from '../errors.ts';
import { formatInstant } from '../instant.ts';
import type { Storage } from '../storage/ports.ts';
import { LEASE, type ReportCatalog, type ReportRecord } from '../storage/report-catalog.ts';
import { computeReport } from './compute.ts';
import { renderReport } from './formats.ts';
import type { Result, ResultsFolder } from './results.ts';

export interface ReportServiceOptions {
  readonly storage: Storage;
  readonly results: ResultsFolder;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

const PROGRESS_INTERVAL = 250;
/** A worker says so often that it lives; a claim holds several times as long. */
const HEARTBEAT = LEASE / 6;

/**
 * Reports are rows in the database; this takes the queued ones, one at a time, and computes them. It looks for more
 * now and then: another server on the same database may have fallen silent, or the database itself may be back.
 */
export class ReportService {
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #worker = randomUUID();
  #looking: NodeJS.Timeout | undefined;
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
    this.#looking = setInterval(() => this.#wake(), HEARTBEAT).unref();
    this.#wake();
  }

  /** Stops taking reports and gives up the running one, which stays to be run again. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
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
  async result(report: ReportRecord): Promise<Result> {
    const file = await this.#results.read(report.resultId);
    if (file !== undefined) return file;
    const shared = await this.#storage.results?.read(report.resultId);
    if (shared !== undefined) return { bytes: undefined, content: Readable.from(shared) };
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
        this.#log.error({ reason: messageOf(error) }, 'the queue of reports cannot be read; trying again soon');
      }
    }
  }

  async #claim(): Promise<ReportRecord | undefined> {
    return this.#stopping.signal.aborted ? undefined : this.#storage.reports.claim(this.#worker);
  }

  async #run({ id, asOf }: ReportRecord): Promise<void> {
    const { reports } = this.#storage;
    const started = performance.now();
    const log = this.#log.child({ report_id: id });
    const hold = new Hold(reports, id, this.#worker);
    try {
      const stores = await this.#compute(id, asOf, hold);
      const sharing = await reports.complete(id, this.#worker, stores, this.#now());
      if (sharing === undefined) return log.warn('another server has taken this report over');
      await this.#share(id, sharing, log);
      log.info({ stores, sharing: sharing.length, ms: Math.round(performance.now() - started) }, 'report complete');
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        log.info('report interrupted; it is back in the queue');
        await reports.release(id, this.#worker);
      } else if (hold.lost.aborted) {
        log.warn('another server has taken this report over');
      } else if (error instanceof UserError && error.code === 'unavailable') {
        log.warn({ reason: error.message }, 'report interrupted; it runs again when the database is back');
      } else {
        log.error({ err: error }, 'report failed');
        const reason = error instanceof UserError ? error.message : `an internal error; the log has it under ${id}`;
        await reports.fail(id, this.#worker, reason, this.#now());
      }
    } finally {
      hold.end();
    }
  }

  /** The file under its other names is a convenience: reports that share a result are answered from the one file. */
  async #share(id: string, others: readonly string[], log: Logger): Promise<void> {
    for (const otherId of others) {
      await this.#results.share(id, otherId).catch((error) => {
        log.warn({ reason: messageOf(error), other: otherId }, 'the result has no file under its other name');
      });
    }
  }

  /** Computes a report and writes its file; returns how many stores it has. */
  async #compute(id: string, asOf: number, hold: Hold): Promise<number> {
    const report = await this.#storage.snapshot((snapshot) =>
      computeReport(snapshot, asOf, {
        signal: AbortSignal.any([this.#stopping.signal, hold.lost]),
        onProgress: (done) => hold.tell(done),
      }),
    );
    await this.#results.write(id, renderReport(report, 'csv'));
    await this.#storage.results?.save(id, renderReport(report, 'csv'));
    return report.ids.length;
  }
}

/** Tells the database how far a report is, so that no other server takes it, and notices when one has. */
class Hold {
  readonly #reports: ReportCatalog;
  readonly #id: string;
  readonly #worker: string;
  readonly #lost = new AbortController();
  readonly #beat: NodeJS.Timeout;
  #done = 0;
  #told = performance.now();

  constructor(reports: ReportCatalog, id: string, worker: string) {
    this.#reports = reports;
    this.#id = id;
    this.#worker = worker;
    this.#beat = setInterval(() => this.#say(), HEARTBEAT);
  }

  /** Aborts when the report is no longer this worker's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  tell(done: number): void {
    this.#done = done;
    if (performance.now() - this.#told >= PROGRESS_INTERVAL) this.#say();
  }

  end(): void {
    clearInterval(this.#beat);
  }

  /** When the database does not answer, the computation will find out by itself. */
  #say(): void {
    this.#told = performance.now();
    this.#reports.progress(this.#id, this.#worker, this.#done).then(
      (held) => {
        if (!held) this.#lost.abort(new Error('another server has taken this report over'));
      },
      () => {},
    );
  }
}
