import type { EstimatorName } from '../../domain/markov/estimator.ts';
import type { AuditRecord } from './account-catalog.ts';

export const REPORT_STATUSES = ['queued', 'running', 'complete', 'failed', 'cancelled'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

export interface ReportRecord {
  readonly id: string;
  readonly status: ReportStatus;
  readonly asOf: number;
  readonly estimator: EstimatorName;
  /** Whether it says how sure it is; one by `markov` does in any case. */
  readonly detailed: boolean;
  /** Whether it speaks for the newest poll of a live system, and that was old when it was asked for. */
  readonly pollsLate: boolean;
  /** What it is limited to; `undefined`: all stores. */
  readonly filter: StoreFilter | undefined;
  /** The user who asked for it; `undefined`: there were no users. */
  readonly requestedBy: string | undefined;
  /** The report that computed, or is to compute, the result: its own id, or that of the one it shares. */
  readonly resultId: string;
  readonly requestedAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** Share of the stores done, 0 to 1. */
  readonly progress: number;
  readonly stores: number | undefined;
  readonly reason: string | undefined;
  /** The release of the time zone database that it is, or was, computed with; `undefined`: none yet, or not recorded. */
  readonly tzVersion: string | undefined;
}

/** The stores that a report is limited to, without their names: `ReportCatalog.filter` has those. */
export interface StoreFilter {
  /** Equal filters have equal ones. */
  readonly digest: string;
  /** How many stores it names. */
  readonly size: number;
}

export interface NewReport {
  readonly id: string;
  readonly asOf: number;
  /** `nearest` if not given. */
  readonly estimator?: EstimatorName;
  /** `false` if not given. */
  readonly detailed?: boolean;
  /** `false` if not given. */
  readonly pollsLate?: boolean;
  /** The ids of the stores that it is limited to, sorted, none twice; all stores if not given. */
  readonly stores?: readonly string[] | undefined;
  readonly requestedBy?: string | undefined;
  readonly requestedAt: number;
  /** A report that is running by other time zone rules is not shared. */
  readonly tzVersion?: string | undefined;
}

/** Where a list of records goes on: after this one. */
export interface Position {
  readonly requestedAt: number;
  readonly id: string;
}

export interface ReportQuery {
  readonly status?: ReportStatus | undefined;
  /** Only those that this user asked for. */
  readonly requestedBy?: string | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/**
 * The reports that were asked for. Several servers may work on them: one that claims a report holds it for
 * `LEASE` milliseconds at a time, and a report whose holder has fallen silent can be claimed again.
 */
export interface ReportCatalog {
  /**
   * Records a report as queued. When one with the same `asOf`, estimator, details and stores on the same data is
   * queued or running, the new one shares its result.
   */
  add(report: NewReport): Promise<ReportRecord>;
  find(id: string): Promise<ReportRecord | undefined>;
  /** Newest first. */
  list(query: ReportQuery): Promise<ReportRecord[]>;
  /** How many computations wait for their turn. */
  countQueued(): Promise<number>;
  /** How many of them a user asked for. */
  countQueuedOf(userId: string): Promise<number>;
  /** The ids of the stores that a report is limited to, sorted; `undefined`: it is not, or it is not there. */
  filter(id: string): Promise<string[] | undefined>;
  /**
   * Takes the oldest report with a result of its own that is queued, or whose holder has fallen silent, and marks it
   * running, on the data of this moment: only reports that are added before these change may share it.
   *
   * @param at the instant, by the clock that ends are told by
   * @param tzVersion the release of the time zone database that the worker computes with
   */
  claim(worker: string, at: number, tzVersion?: string): Promise<ReportRecord | undefined>;
  /** Says how far a report is and holds it for another `LEASE`. `false`: it is no longer this worker's. */
  progress(id: string, worker: string, progress: number): Promise<boolean>;
  /**
   * Ends a running report. Returns the ids of those that share it and still want it, or `undefined`: it is no longer
   * this worker's.
   */
  complete(id: string, worker: string, stores: number, finishedAt: number): Promise<string[] | undefined>;
  fail(id: string, worker: string, reason: string, finishedAt: number): Promise<void>;
  /** Gives a running report back to the queue. */
  release(id: string, worker: string): Promise<void>;
  /**
   * Marks a report that is queued or running as cancelled; the computation ends when nobody else wants its result.
   * `false`: it is neither, or not there.
   */
  cancel(id: string, cancelledAt: number): Promise<boolean>;
  /**
   * Takes a report away, and its shared result unless others share it. Returns the ids whose results nobody wants any
   * more; `undefined`: it is not there.
   *
   * @param entry of the audit log, written with it
   */
  remove(id: string, removedAt: number, entry?: AuditRecord): Promise<string[] | undefined>;
  /** The ids of some reports that ended before an instant. */
  endedBefore(instant: number, limit: number): Promise<string[]>;
}

/** How long a claim holds without a word from its worker, milliseconds. */
export const LEASE = 30_000;
