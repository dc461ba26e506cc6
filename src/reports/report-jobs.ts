import type { Logger } from 'pino';
import { zoneRelease } from '../calendar/tzdb.ts';
import type { JobKind, RunningJob } from '../jobs/queue.ts';
import { newId } from '../lib/world/random.ts';
import { LEASE, type NewResult, type ReportRecord } from '../storage/ports/report-catalog.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { computeReport } from './compute.ts';
import { encodeFigures } from './figures.ts';
import { FleetCache } from './fleet-cache.ts';
import { renderFigures } from './formats.ts';
import type { Kernel } from './kernel.ts';
import type { ResultsFolder } from './results.ts';

export interface ReportJobsOptions {
  readonly storage: Storage;
  readonly results: ResultsFolder;
  readonly kernel: Kernel;
  /** Milliseconds between two polls of a store, for the covered time; without it, reports have none. */
  readonly pollInterval: number | undefined;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

/** A claim survives several missed renewals. */
const RENEW_INTERVAL = LEASE / 6;

/** A report that a worker has claimed. */
export interface ClaimedReport extends ReportRecord {
  /** The token of the claim, which also names the files. */
  readonly attempt: string;
}

export interface ComputedReport extends NewResult {
  readonly stores: number;
}

/**
 * Reports as jobs. Several servers may work on the same database. Each attempt writes files of its own, and only the one
 * that completes the report publishes them: a server that was paused and lost its claim changes no answer.
 */
export class ReportJobs implements JobKind<ClaimedReport, ComputedReport> {
  readonly name = 'report';
  readonly lookInterval = RENEW_INTERVAL;
  readonly renewInterval = RENEW_INTERVAL;
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #kernel: Kernel;
  readonly #pollInterval: number | undefined;
  readonly #now: () => number;
  readonly #cache = new FleetCache();

  constructor({ storage, results, kernel, pollInterval, now }: ReportJobsOptions) {
    this.#storage = storage;
    this.#results = results;
    this.#kernel = kernel;
    this.#pollInterval = pollInterval;
    this.#now = now;
  }

  labels({ id }: ClaimedReport) {
    return { report_id: id };
  }

  async claim(): Promise<ClaimedReport | undefined> {
    const attempt = newId();
    const claimed = await this.#storage.reports.claim(attempt, this.#now(), zoneRelease().version);
    return claimed && { ...claimed, attempt };
  }

  renew({ id, attempt }: ClaimedReport, progress: number): Promise<boolean> {
    return this.#storage.reports.progress(id, attempt, progress);
  }

  async run({ id, attempt, asOf, estimator, detailed, filter }: ClaimedReport, running: RunningJob) {
    const stores = filter === undefined ? undefined : await this.#storage.reports.filter(id);
    const [pollInterval, kernel] = [this.#pollInterval, this.#kernel];
    const options = { stores, estimator, detailed, pollInterval, kernel, cache: this.#cache, ...running };
    const computed = await this.#storage.snapshot((snapshot) => computeReport(snapshot, asOf, options), 'background');
    const name = { id, attempt };
    const [csv, figures] = await Promise.all([
      this.#results.write(name, 'csv', renderFigures(computed, 'csv')),
      this.#results.write(name, 'figures', encodeFigures(computed)),
    ]);
    return { stores: computed.ids.length, csv, figures, content: () => encodeFigures(computed) };
  }

  async complete({ id, attempt }: ClaimedReport, computed: ComputedReport) {
    const { stores } = computed;
    const sharing = await this.#storage.reports.complete(id, attempt, stores, this.#now(), computed);
    return sharing && { stores, sharing: sharing.length };
  }

  async fail(job: ClaimedReport, reason: string): Promise<void> {
    await this.#storage.reports.fail(job.id, job.attempt, reason, this.#now());
    await this.#discard(job);
  }

  async release(job: ClaimedReport): Promise<void> {
    await this.#storage.reports.release(job.id, job.attempt);
    await this.#discard(job);
  }

  async abandon(job: ClaimedReport, log: Logger): Promise<void> {
    if (!(await this.#discard(job))) return;
    const found = await this.#storage.reports.find(job.id);
    if (found !== undefined && found.status !== 'cancelled') log.warn('another server has taken over the report');
    else log.info('report canceled');
  }

  /** Removes the files of an attempt, unless it completed the report and only the acknowledgement was lost. */
  async #discard({ id, attempt }: ClaimedReport): Promise<boolean> {
    const attempts = await this.#storage.reports.attempts(id);
    if (attempts.get(id) === attempt) return false;
    await this.#results.remove({ id, attempt });
    return true;
  }
}
