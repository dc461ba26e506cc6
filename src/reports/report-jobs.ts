import type { Logger } from 'pino';
import { zoneRelease } from '../calendar/tzdb.ts';
import { FleetEstimator } from '../domain/markov/estimator.ts';
import type { JobKind, RunningJob } from '../jobs/queue.ts';
import { messageOf } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import { LEASE, type ReportRecord } from '../storage/ports/report-catalog.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { computeReport } from './compute.ts';
import { encodeFigures } from './figures.ts';
import { renderFigures } from './formats.ts';
import type { ResultsFolder } from './results.ts';

export interface ReportJobsOptions {
  readonly storage: Storage;
  readonly results: ResultsFolder;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

/** A claim survives several missed renewals. */
const RENEW_INTERVAL = LEASE / 6;

/** Reports as jobs; the result of one is its number of stores. Several servers may work on the same database. */
export class ReportJobs implements JobKind<ReportRecord, number> {
  readonly name = 'report';
  readonly lookInterval = RENEW_INTERVAL;
  readonly renewInterval = RENEW_INTERVAL;
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #now: () => number;
  readonly #worker = newId();
  /** Kept for as long as the worker, which keeps its optimized code. */
  readonly #estimator = new FleetEstimator();

  constructor({ storage, results, now }: ReportJobsOptions) {
    this.#storage = storage;
    this.#results = results;
    this.#now = now;
  }

  labels({ id }: ReportRecord) {
    return { report_id: id };
  }

  claim(): Promise<ReportRecord | undefined> {
    return this.#storage.reports.claim(this.#worker, this.#now(), zoneRelease().version);
  }

  renew({ id }: ReportRecord, progress: number): Promise<boolean> {
    return this.#storage.reports.progress(id, this.#worker, progress);
  }

  async run({ id, asOf, estimator, detailed, filter }: ReportRecord, running: RunningJob): Promise<number> {
    const stores = filter === undefined ? undefined : await this.#storage.reports.filter(id);
    const options = { stores, estimator, detailed, fleetEstimator: this.#estimator, ...running };
    const figures = await this.#storage.snapshot((snapshot) => computeReport(snapshot, asOf, options), 'background');
    await Promise.all([
      this.#results.write(id, 'csv', renderFigures(figures, 'csv')),
      this.#results.write(id, 'figures', encodeFigures(figures)),
    ]);
    await this.#storage.results?.save(id, encodeFigures(figures));
    return figures.ids.length;
  }

  async complete({ id }: ReportRecord, stores: number, log: Logger) {
    const sharing = await this.#storage.reports.complete(id, this.#worker, stores, this.#now());
    if (sharing === undefined) return undefined;
    for (const otherId of sharing) {
      // Not an error: reports that share a result are read from the first one's file.
      await this.#results.share(id, otherId).catch((error) => {
        log.warn({ reason: messageOf(error), other: otherId }, 'the shared result cannot be linked');
      });
    }
    return { stores, sharing: sharing.length };
  }

  fail({ id }: ReportRecord, reason: string): Promise<void> {
    return this.#storage.reports.fail(id, this.#worker, reason, this.#now());
  }

  release({ id }: ReportRecord): Promise<void> {
    return this.#storage.reports.release(id, this.#worker);
  }

  async abandon({ id }: ReportRecord, log: Logger): Promise<void> {
    const found = await this.#storage.reports.find(id);
    if (found !== undefined && found.status !== 'cancelled') {
      log.warn('another server has taken over the report');
      return;
    }
    await this.#results.remove(id);
    log.info('report cancelled');
  }
}
