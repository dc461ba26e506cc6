/** The next page of a list begins after this record. */
export interface JobPosition {
  readonly requestedAt: number;
  readonly id: string;
}

/** The jobs of one kind. */
export interface JobCatalog<Job extends JobPosition, Query> {
  find(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(query: Query): Promise<Job[]>;
  /** The ids of some jobs that ended before an instant. */
  endedBefore(instant: number, limit: number): Promise<string[]>;
}

/** How many jobs are queued. */
export interface QueuedJobs {
  readonly total: number;
  /** Of one user. */
  readonly own: number;
}

/** A job is not started more often than this: it may be what ends the server. */
export const MAX_ATTEMPTS = 5;

/** Why a job failed that was started too often. */
export const NEVER_FINISHED = `it was started ${MAX_ATTEMPTS} times and never finished`;
