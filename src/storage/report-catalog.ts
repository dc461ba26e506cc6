export type ReportStatus = 'queued' | 'running' | 'complete' | 'failed';

export interface ReportRecord {
  readonly id: string;
  readonly status: ReportStatus;
  readonly asOf: number;
  /** The report that computed, or is to compute, the result: its own id, or that of the one it shares. */
  readonly resultId: string;
  readonly requestedAt: number;
  /** Share of the stores done, 0 to 1. */
  readonly progress: number;
  readonly stores: number | undefined;
  readonly reason: string | undefined;
}

export interface NewReport {
  readonly id: string;
  readonly asOf: number;
  readonly requestedAt: number;
}

/**
 * The reports that were asked for. Several servers may work on them: one that claims a report holds it for
 * `LEASE` milliseconds at a time, and a report whose holder has fallen silent can be claimed again.
 */
export interface ReportCatalog {
  /**
   * Records a report as queued. When one with the same `asOf` on the same data is queued or running, the new one
   * shares its result.
   */
  add(report: NewReport): Promise<ReportRecord>;
  find(id: string): Promise<ReportRecord | undefined>;
  /**
   * Takes the oldest report with a result of its own that is queued, or whose holder has fallen silent, and marks it
   * running, on the data of this moment: only reports that are added before these change may share it.
   */
  claim(worker: string): Promise<ReportRecord | undefined>;
  /** Says how far a report is and holds it for another `LEASE`. `false`: it is no longer this worker's. */
  progress(id: string, worker: string, progress: number): Promise<boolean>;
  /** Ends a running report. Returns the ids of those that share it, or `undefined`: it is no longer this worker's. */
  complete(id: string, worker: string, stores: number, finishedAt: number): Promise<string[] | undefined>;
  fail(id: string, worker: string, reason: string, finishedAt: number): Promise<void>;
  /** Gives a running report back to the queue. */
  release(id: string, worker: string): Promise<void>;
}

/** How long a claim holds without a word from its worker, milliseconds. */
export const LEASE = 30_000;
