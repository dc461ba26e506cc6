import type { MergeCounts } from './import-session.ts';

/** The bad rows in the content of a source at its last read. */
export interface StandingRejects {
  readonly rejected: number;
  /** Number of rows in all. */
  readonly read: number;
  /** Stores with a bad row: those that keep their data, and those that had none. */
  readonly storesKept: number;
  readonly storesUnknown: number;
}

/** The result of one source in a run. */
export interface SyncResult extends MergeCounts {
  /** One of the kinds of feed. */
  readonly feed: string;
  /** As configured, without the secret parts of a URL. */
  readonly source: string;
  readonly status: 'changed' | 'unchanged' | 'failed';
  /** Why it failed. */
  readonly error: string | undefined;
  /** Number of attempts. */
  readonly attempts: number;
  /** Files read, and the bytes read of them. */
  readonly files: number;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  /** Good rows that were not merged because another row of their store is bad. */
  readonly setAside: number;
  /** Bad rows that are still in the source, found by any run; `undefined`: none. */
  readonly standing: StandingRejects | undefined;
}

export interface SyncRun {
  readonly id: string;
  readonly server: string;
  /** What made it run. */
  readonly cause: 'schedule' | 'request';
  /** Milliseconds. */
  readonly startedAt: number;
  /** `undefined`: running, or interrupted. */
  readonly finishedAt: number | undefined;
  readonly results: readonly SyncResult[];
}

/** The sync runs, and how far each source was read. */
export interface SyncLog {
  begin(run: Omit<SyncRun, 'finishedAt' | 'results'>): Promise<void>;
  /** Adds the result of a source. */
  add(runId: string, result: SyncResult): Promise<void>;
  finish(runId: string, finishedAt: number): Promise<void>;
  /** The newest runs, newest first. */
  runs(limit: number): Promise<SyncRun[]>;
  /** When the last run without a failed source ended, milliseconds; `undefined`: never. */
  lastSuccess(): Promise<number | undefined>;
  /** Deletes runs that started before an instant. */
  forget(before: number): Promise<void>;
  /** The checkpoint of a file or URL of a feed. */
  checkpoint(feed: string, location: string): Promise<string | undefined>;
  saveCheckpoint(feed: string, location: string, checkpoint: string): Promise<void>;
}
