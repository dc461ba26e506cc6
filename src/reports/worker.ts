import type { Logger } from 'pino';
import { zoneRelease } from '../calendar/tzdb.ts';
import { FleetEstimator } from '../domain/markov/estimator.ts';
import { WorkLoop } from '../jobs/work-loop.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { elapsed } from '../lib/world/clocks.ts';
import type { Timer } from '../lib/world/ports.ts';
import { newId } from '../lib/world/random.ts';
import { every } from '../lib/world/timers.ts';
import { LEASE, type ReportCatalog, type ReportRecord } from '../storage/ports/report-catalog.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { computeReport } from './compute.ts';
import { encodeFigures } from './figures.ts';
import { renderFigures } from './formats.ts';
import type { ResultsFolder } from './results.ts';

export type ReportEnd = (outcome: 'complete' | 'failed', seconds: number) => void;

export interface ReportWorkerOptions {
  readonly storage: Storage;
  readonly results: ResultsFolder;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Told when a report is done, with the seconds since it was taken. */
  readonly onEnd: ReportEnd;
}

const PROGRESS_INTERVAL = 250;
/** A worker says so often that it lives; a claim holds several times as long. */
const HEARTBEAT = LEASE / 6;

/**
 * Takes the queued reports, one at a time, and computes them. It looks for more now and then: another server on the
 * same database may have fallen silent, or the database itself may be back.
 */
export class ReportWorker {
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #onEnd: ReportEnd;
  readonly #loop = new WorkLoop(() => this.#work());
  readonly #worker = newId();
  /** Kept for as long as the worker, which keeps its optimized code. */
  readonly #estimator = new FleetEstimator();

  constructor({ storage, results, log, now, onEnd }: ReportWorkerOptions) {
    this.#storage = storage;
    this.#results = results;
    this.#log = log;
    this.#now = now;
    this.#onEnd = onEnd;
  }

  start(): void {
    this.#loop.start(HEARTBEAT);
  }

  /** Takes no more reports and gives up the running one, which stays to be run again. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#loop.wake();
  }

  async #work(): Promise<void> {
    try {
      for (let next = await this.#claim(); next !== undefined; next = await this.#claim()) await this.#run(next);
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the queue of reports cannot be read; trying again soon');
    }
  }

  async #claim(): Promise<ReportRecord | undefined> {
    if (this.#loop.stopping.aborted) return undefined;
    return this.#storage.reports.claim(this.#worker, this.#now(), zoneRelease().version);
  }

  async #run(report: ReportRecord): Promise<void> {
    const { id } = report;
    const { reports } = this.#storage;
    const started = elapsed();
    const log = this.#log.child({ report_id: id });
    const hold = new Hold(reports, id, this.#worker);
    try {
      const stores = await this.#compute(report, hold);
      const sharing = await reports.complete(id, this.#worker, stores, this.#now());
      if (sharing === undefined) return await this.#drop(id, log);
      await this.#share(id, sharing, log);
      const ms = elapsed() - started;
      this.#onEnd('complete', ms / 1_000);
      log.info({ stores, sharing: sharing.length, ms: Math.round(ms) }, 'report complete');
    } catch (error) {
      if (this.#loop.stopping.aborted) {
        log.info('report interrupted; it is back in the queue');
        await reports.release(id, this.#worker);
      } else if (error instanceof UserError && error.code === 'unavailable') {
        log.warn({ reason: error.message }, 'report interrupted; it runs again when the database is back');
      } else if (hold.lost.aborted || !(await reports.progress(id, this.#worker, 0))) {
        await this.#drop(id, log);
      } else {
        log.error({ err: error }, 'report failed');
        const reason = error instanceof UserError ? error.message : `an internal error; the log has it under ${id}`;
        await reports.fail(id, this.#worker, reason, this.#now());
        this.#onEnd('failed', (elapsed() - started) / 1_000);
      }
    } finally {
      hold.end();
    }
  }

  /** Lets go of a report that is no longer this worker's. */
  async #drop(id: string, log: Logger): Promise<void> {
    const found = await this.#storage.reports.find(id);
    if (found !== undefined && found.status !== 'cancelled')
      return log.warn('another server has taken this report over');
    await this.#results.remove(id);
    log.info('report cancelled');
  }

  /** The files under their other names are a convenience: reports that share a result are answered from the one. */
  async #share(id: string, others: readonly string[], log: Logger): Promise<void> {
    for (const otherId of others) {
      await this.#results.share(id, otherId).catch((error) => {
        log.warn({ reason: messageOf(error), other: otherId }, 'the result has no file under its other name');
      });
    }
  }

  /** Computes a report and writes its files; returns how many stores it has. */
  async #compute({ id, asOf, estimator, detailed, filter }: ReportRecord, hold: Hold): Promise<number> {
    const stores = filter === undefined ? undefined : await this.#storage.reports.filter(id);
    const figures = await this.#storage.snapshot((snapshot) =>
      computeReport(snapshot, asOf, {
        stores,
        estimator,
        detailed,
        fleetEstimator: this.#estimator,
        signal: AbortSignal.any([this.#loop.stopping, hold.lost]),
        onProgress: (done) => hold.tell(done),
      }),
    );
    await Promise.all([
      this.#results.write(id, 'csv', renderFigures(figures, 'csv')),
      this.#results.write(id, 'figures', encodeFigures(figures)),
    ]);
    await this.#storage.results?.save(id, encodeFigures(figures));
    return figures.ids.length;
  }
}

/** Tells the database how far a report is, so that no other server takes it, and notices when it is wanted no more. */
class Hold {
  readonly #reports: ReportCatalog;
  readonly #id: string;
  readonly #worker: string;
  readonly #lost = new AbortController();
  readonly #beat: Timer;
  #done = 0;
  #told = elapsed();

  constructor(reports: ReportCatalog, id: string, worker: string) {
    this.#reports = reports;
    this.#id = id;
    this.#worker = worker;
    this.#beat = every(HEARTBEAT, () => this.#say());
  }

  /** Aborts when the report is no longer this worker's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  tell(done: number): void {
    this.#done = done;
    if (elapsed() - this.#told >= PROGRESS_INTERVAL) this.#say();
  }

  end(): void {
    this.#beat.stop();
  }

  /** When the database does not answer, the computation will find out by itself. */
  #say(): void {
    this.#told = elapsed();
    this.#reports.progress(this.#id, this.#worker, this.#done).then(
      (held) => {
        if (!held) this.#lost.abort(new Error('the report is no longer wanted, or another server has it'));
      },
      () => {},
    );
  }
}
