import type { EstimatorName } from '../../domain/markov/estimator.ts';
import type { AuditRecord } from './account-catalog.ts';
import type { JobCatalog, JobPosition, QueuedJobs } from './jobs.ts';

export const REPORT_STATUSES = ['queued', 'running', 'complete', 'failed', 'cancelled'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

export interface ReportRecord {
  readonly id: string;
  readonly status: ReportStatus;
  readonly asOf: number;
  readonly estimator: EstimatorName;
  /** Whether it includes credible intervals; one by `markov` always does. */
  readonly detailed: boolean;
  /** The instant of the newest poll that it could see, if that was stale; `undefined`: polls were not stale. */
  readonly stalePoll: number | undefined;
  /** The stores that it is limited to; `undefined`: all stores. */
  readonly filter: StoreSelection | undefined;
  /** The user who requested it; `undefined`: there were no users. */
  readonly requestedBy: string | undefined;
  /** The report that computes the result: its own id, or that of the report whose result it shares. */
  readonly resultId: string;
  readonly requestedAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** Share of the stores done, 0 to 1. */
  readonly progress: number;
  readonly stores: number | undefined;
  readonly reason: string | undefined;
  /** The release of the time zone database that it is computed with; `undefined`: none yet, or not recorded. */
  readonly tzVersion: string | undefined;
  /** `undefined`: not complete, or completed by an earlier version, whose files are named by the report alone. */
  readonly files: ResultFiles | undefined;
}

/** The length and SHA-256 (hexadecimal) of a file, by which damage is noticed. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** The files of a result. */
export interface ResultFiles {
  /** The token of the claim that completed the report, part of their names. */
  readonly attempt: string;
  readonly csv: FileDigest;
  readonly figures: FileDigest;
}

/** What is recorded with the completion of a report. */
export interface NewResult {
  readonly csv: FileDigest;
  readonly figures: FileDigest;
  /** The content of the figures, which an engine for several servers keeps in the same transaction. */
  readonly content: () => Iterable<Uint8Array>;
}

/** The stores that a report is limited to, without their names: `ReportCatalog.filter` has those. */
export interface StoreSelection {
  /** Equal filters have equal ones. */
  readonly digest: string;
  /** Number of stores in it. */
  readonly size: number;
}

export interface NewReport {
  readonly id: string;
  readonly asOf: number;
  /** Default `nearest`. */
  readonly estimator?: EstimatorName;
  /** Default `false`. */
  readonly detailed?: boolean;
  readonly stalePoll?: number | undefined;
  /** The ids of the stores that it is limited to, sorted, without repetition. Default: all stores. */
  readonly stores?: readonly string[] | undefined;
  readonly requestedBy?: string | undefined;
  readonly requestedAt: number;
  /** A running report with other time zone rules is not shared. */
  readonly tzVersion?: string | undefined;
}

export interface ReportQuery {
  readonly status?: ReportStatus | undefined;
  /** Only those requested by this user. */
  readonly requestedBy?: string | undefined;
  readonly after?: JobPosition | undefined;
  readonly limit: number;
}

/**
 * The reports. Several servers may compute them: a claim holds for `LEASE` milliseconds and is then renewed; a report
 * whose claim has expired can be claimed again. Each claim is an attempt with a token of its own, so that a worker whose
 * claim has expired changes nothing, even if it is the one that claimed the report again.
 */
export interface ReportCatalog extends JobCatalog<ReportRecord, ReportQuery> {
  /**
   * Queues a report. It shares the result of a queued or running one with the same `asOf`, estimator, details, stores
   * and data.
   *
   * @param admit called with the queued computations, `own` being those of the user who requests this one, while no
   *   other report can be added; throws to refuse the report
   */
  add(report: NewReport, admit?: (queued: QueuedJobs) => void): Promise<ReportRecord>;
  /** Counts the queued computations, and among them those that a user requested. */
  countQueued(userId: string | undefined): Promise<QueuedJobs>;
  /** The ids of the stores that a report is limited to, sorted; `undefined`: no such report, or not limited. */
  filter(id: string): Promise<string[] | undefined>;
  /**
   * Claims the oldest report that is queued, or whose claim has expired, and marks it running on the present data: only
   * reports that are added before the data changes may share it.
   *
   * @param attempt a new token
   * @param at the present instant, by the clock of `finishedAt`
   * @param tzVersion the release of the time zone database that the worker computes with
   */
  claim(attempt: string, at: number, tzVersion?: string): Promise<ReportRecord | undefined>;
  /** Records the progress of a report and renews the claim. `false`: the attempt no longer holds it. */
  progress(id: string, attempt: string, progress: number): Promise<boolean>;
  /**
   * Ends a running report and records its result, in one transaction. Returns the ids of all reports that share the
   * result and are not cancelled, or `undefined`: the attempt no longer holds it.
   *
   * @param result nothing is recorded of the files, if not given
   */
  complete(
    id: string,
    attempt: string,
    stores: number,
    finishedAt: number,
    result?: NewResult,
  ): Promise<string[] | undefined>;
  /** The attempts that hold or have completed a computation, by its id; of one, or of all. `undefined`: there is none. */
  attempts(id?: string): Promise<Map<string, string | undefined>>;
  fail(id: string, attempt: string, reason: string, finishedAt: number): Promise<void>;
  /** Returns a running report to the queue. */
  release(id: string, attempt: string): Promise<void>;
  /**
   * Cancels a queued or running report; the computation ends when no other report shares it. `false`: no such report, or
   * it has ended.
   */
  cancel(id: string, cancelledAt: number): Promise<boolean>;
  /**
   * Deletes a report, and its result unless others share it. Returns the ids whose results are no longer needed;
   * `undefined`: no such report.
   *
   * @param entry of the audit log, written in the same transaction
   */
  remove(id: string, removedAt: number, entry?: AuditRecord): Promise<string[] | undefined>;
}

/** How long a claim holds without a renewal, milliseconds. */
export const LEASE = 30_000;
