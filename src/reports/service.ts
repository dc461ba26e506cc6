import type { Logger } from 'pino';
import { type Principal, storesOf, userIdOf } from '../accounts/access.ts';
import { zoneRelease } from '../calendar/tzdb.ts';
import { latestInstant } from '../domain/future.ts';
import type { EstimatorName } from '../domain/markov/estimator.ts';
import { checkWaiting } from '../jobs/admission.ts';
import { JobQueue, type JobQueueOptions } from '../jobs/queue.ts';
import { Retention } from '../jobs/retention.ts';
import { type Budgets, DEFAULT_BUDGETS } from '../lib/budgets.ts';
import { notFound, UserError } from '../lib/errors.ts';
import { noStore } from '../lib/store-id.ts';
import { isStorable, trimmed } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import type { AuditRecord } from '../storage/ports/account-catalog.ts';
import type { JobPosition } from '../storage/ports/jobs.ts';
import type { ReportRecord, ReportStatus } from '../storage/ports/report-catalog.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type Kernel, LocalKernel } from './kernel.ts';
import { ResultReader } from './reader.ts';
import { type ClaimedReport, type ComputedReport, ReportJobs } from './report-jobs.ts';
import type { ResultsFolder } from './results.ts';
import { stalePollOf } from './stale-polls.ts';
import { Visibility } from './visibility.ts';

export interface ReportServiceOptions {
  readonly storage: Storage;
  readonly budgets?: Pick<Budgets, 'waitingReportsPerUser' | 'results'>;
  readonly results: ResultsFolder;
  /** Computes the reports; in this thread, if not given. */
  readonly kernel?: Kernel | undefined;
  /** How uptime is estimated in reports that do not say; `nearest`, if not given. */
  readonly estimator?: EstimatorName | undefined;
  /** Milliseconds between two polls of a store; without it, reports have no covered time, and their polls are not stale. */
  readonly pollInterval?: number | undefined;
  /** Whether polls come in by themselves; otherwise the data is an archive, whose newest polls are not stale. */
  readonly live?: boolean | undefined;
  /** How long a report is kept after its end, milliseconds; `undefined`: for ever. */
  readonly keep?: number | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Whether the wall clock can be relied on; it can, if not given. Nothing is removed while it cannot. */
  readonly trusted?: (() => boolean) | undefined;
  readonly onEnd: JobQueueOptions['onEnd'];
  readonly writer?: JobQueueOptions['writer'];
}

export interface ReportRequest {
  /** That of the latest poll of all stores that the one who asks sees, if not given. */
  readonly asOf?: number | undefined;
  /** That of the configuration, if not given. */
  readonly estimator?: EstimatorName | undefined;
  /** Whether it says how sure it is; one by `markov` does in any case. */
  readonly detailed?: boolean | undefined;
  /** The ids of the stores that it is limited to; all that the one who asks sees, if not given. */
  readonly stores?: readonly string[] | undefined;
}

export interface ReportListQuery {
  readonly status?: ReportStatus | undefined;
  readonly after?: JobPosition | undefined;
  readonly limit: number;
}

export interface ReportPage {
  readonly reports: readonly ReportRecord[];
  /** After which the next page goes on; `undefined`: there is none. */
  readonly next: JobPosition | undefined;
}

/** How many reports may be queued. */
export const QUEUE_LIMIT = 1_000;

/** Adds, lists, cancels and deletes reports, and computes them in the background. */
export class ReportService {
  /** Reads the results of complete reports. */
  readonly reader: ResultReader;
  readonly retention: Retention;
  readonly #storage: Storage;
  readonly #results: ResultsFolder;
  readonly #queue: JobQueue<ClaimedReport, ComputedReport>;
  readonly #visibility: Visibility;
  readonly #estimator: EstimatorName;
  readonly #pollInterval: number;
  readonly #live: boolean;
  readonly #budgets: Pick<Budgets, 'waitingReportsPerUser' | 'results'>;
  readonly #now: () => number;

  constructor(options: ReportServiceOptions) {
    const {
      storage,
      results,
      kernel = new LocalKernel(),
      estimator,
      pollInterval,
      keep,
      log,
      now,
      onEnd,
      writer,
    } = options;
    this.#storage = storage;
    this.#budgets = options.budgets ?? DEFAULT_BUDGETS;
    this.#results = results;
    this.#estimator = estimator ?? 'nearest';
    this.#pollInterval = pollInterval ?? Number.POSITIVE_INFINITY;
    this.#live = options.live === true;
    this.#now = now;
    this.#queue = new JobQueue(new ReportJobs({ storage, results, kernel, pollInterval, now }), { log, onEnd, writer });
    this.#visibility = new Visibility(storage.reports);
    this.reader = new ResultReader({ results, shared: storage.results, log });
    this.retention = new Retention({
      ...{ what: 'reports', keep, log, now, trusted: options.trusted },
      endedBefore: (instant, limit) => storage.reports.endedBefore(instant, limit),
      remove: (id) => this.#remove(id),
      removeFilesBefore: (instant) => results.removeBefore(instant),
    });
  }

  /** Starts with the reports that were queued or running when the server last ended. */
  async start(): Promise<void> {
    await this.#results.prepare();
    await this.#results.removeLeftOvers(() => this.#storage.reports.attempts());
    this.#queue.start();
    this.retention.start();
  }

  /** Stops computing reports; the running one goes back to the queue. */
  async stop(): Promise<void> {
    await this.retention.stop();
    await this.#queue.stop();
  }

  /**
   * Asks for a report. That of an owner holds the owner's stores, or some of them.
   *
   * @throws UserError `conflict` when there is no `asOf` and no poll; `not_found` naming the first store that does not
   * exist for the one who asks; `too_many_requests` when too many are waiting; `full` when there is no room for results
   */
  async trigger(principal: Principal, request: ReportRequest): Promise<ReportRecord> {
    const { asOf, stores, estimator = this.#estimator, detailed = false } = request;
    const limited = await this.#storesFor(principal, stores);
    const newest = await this.#newestPoll(principal, asOf);
    const instant = asOf ?? newest ?? noPolls(principal);
    await this.#refuseWhenFull();
    const requestedAt = this.#now();
    const report = await this.#storage.reports.add(
      {
        id: newId(),
        asOf: instant,
        estimator,
        detailed: detailed || estimator !== 'nearest',
        stalePoll: stalePollOf({ asOf, newest, requestedAt, live: this.#live }, this.#pollInterval),
        stores: limited,
        requestedBy: userIdOf(principal),
        requestedAt,
        tzVersion: zoneRelease().version,
      },
      (queued) => checkWaiting('reports', queued, { total: QUEUE_LIMIT, own: this.#budgets.waitingReportsPerUser }),
    );
    this.#queue.wake();
    return report;
  }

  /** @throws UserError `full` */
  async #refuseWhenFull(): Promise<void> {
    const { results } = this.#budgets;
    const bytes = await this.#results.size();
    if (bytes < results) return;
    throw new UserError(
      'full',
      `the results folder holds ${bytes} bytes, and MAX_RESULTS_BYTES allows ${results}; delete reports, or wait ` +
        'until old ones go (REPORT_RETENTION)',
    );
  }

  /** @throws UserError `not_found` when there is none, or none for the one who asks */
  async find(principal: Principal, id: string): Promise<ReportRecord> {
    const report = await this.#storage.reports.find(id);
    if (report !== undefined && (await this.#visibility.sees(principal, report))) return report;
    throw notFound(`there is no report ${id}`);
  }

  /** Newest first. */
  async list(principal: Principal, { status, after, limit }: ReportListQuery): Promise<ReportPage> {
    const requestedBy = this.#visibility.requestedBy(principal);
    const reports: ReportRecord[] = [];
    for (let last = after; ; ) {
      const found = await this.#storage.reports.list({ status, requestedBy, after: last, limit: limit + 1 });
      for (const report of found) {
        if (!(await this.#visibility.sees(principal, report))) continue;
        if (reports.length === limit) return { reports, next: reports.at(-1) };
        reports.push(report);
      }
      last = found.at(-1);
      if (found.length <= limit || last === undefined) return { reports, next: undefined };
    }
  }

  /** @throws UserError `not_found`; `conflict` when it has ended */
  async cancel(principal: Principal, id: string): Promise<ReportRecord> {
    const { status } = await this.find(principal, id);
    if (!(await this.#storage.reports.cancel(id, this.#now()))) {
      throw new UserError(
        'conflict',
        `the report ${id} is ${status}; only one that is queued or running can be canceled`,
      );
    }
    return this.find(principal, id);
  }

  /**
   * Takes a report away with its files; a result that others share stays for them.
   *
   * @param entry of the audit log, written with it
   * @throws UserError `not_found`
   */
  async remove(principal: Principal, id: string, entry?: AuditRecord): Promise<void> {
    await this.find(principal, id);
    await this.#remove(id, entry);
  }

  async #remove(id: string, entry?: AuditRecord): Promise<void> {
    const { reports } = this.#storage;
    const found = await reports.find(id);
    for (const gone of (await reports.remove(id, this.#now(), entry)) ?? []) {
      this.reader.forget(gone);
      // A report that shares a result has files of its own only if an earlier version completed it.
      await this.#results.remove({ id: gone, attempt: gone === found?.resultId ? found.files?.attempt : undefined });
    }
  }

  /** Sorted, none twice; `undefined`: all. */
  async #storesFor(principal: Principal, given: readonly string[] | undefined): Promise<string[] | undefined> {
    const seen = storesOf(principal);
    if (given === undefined) return seen === 'all' ? undefined : [...seen].sort();
    const names = [...new Set([...given, ...given.map(trimmed)])].filter(isStorable);
    const { ids } = await this.#storage.snapshot((s) => s.storesNamed(names));
    const there = new Set(ids.filter((id) => seen === 'all' || seen.has(id)));
    const wanted = new Set(given.map((id) => (there.has(id) ? id : trimmed(id))));
    for (const id of wanted) if (!there.has(id)) throw noStore(id);
    return [...wanted].sort();
  }

  /** Of the stores that somebody sees: when others were polled is not theirs to know. */
  async #newestPoll(principal: Principal, asOf: number | undefined): Promise<number | undefined> {
    const seen = storesOf(principal);
    // A poll that a wrong clock has put into the future would move every window.
    const upTo = Math.min(latestInstant(this.#now()), asOf ?? Number.POSITIVE_INFINITY);
    return this.#storage.snapshot((snapshot) =>
      seen === 'all' ? snapshot.latestPoll(upTo) : snapshot.latestPollOf([...seen], upTo),
    );
  }
}

/** @throws UserError `conflict`, always */
function noPolls(principal: Principal): never {
  if (storesOf(principal) !== 'all') {
    throw new UserError(
      'conflict',
      'there are no polls of your stores, so there is no instant to report on; give "as_of"',
    );
  }
  throw new UserError(
    'conflict',
    'there are no polls in the database, so there is no instant to report on; import a polls file ' +
      '(restaurant-monitor import --polls FILE) or give "as_of"',
  );
}
