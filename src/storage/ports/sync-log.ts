import type { MergeCounts } from './import-session.ts';

/** The bad rows in the present content of a source, when it was read last. */
export interface StandingRejects {
  readonly rejected: number;
  /** Of this many rows. */
  readonly read: number;
  /** Stores with a bad row that keep what was known of them, and those of which nothing was. */
  readonly storesKept: number;
  readonly storesUnknown: number;
}

/** How a source was found by a run. */
export interface SyncResult extends MergeCounts {
  /** One of the kinds of feed. */
  readonly feed: string;
  /** As it is configured, without what may be secret of a URL. */
  readonly source: string;
  readonly status: 'changed' | 'unchanged' | 'failed';
  /** Why it failed. */
  readonly error: string | undefined;
  /** How often it was tried. */
  readonly attempts: number;
  /** Files that were read, and the bytes of them that were. */
  readonly files: number;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  /** Good rows of stores with a bad row, which were not taken. */
  readonly setAside: number;
  /** Bad rows that are still there, whichever run read them; `undefined`: none. */
  readonly standing: StandingRejects | undefined;
}

export interface SyncRun {
  readonly id: string;
  readonly server: string;
  /** What made it run. */
  readonly cause: 'schedule' | 'request';
  /** Milliseconds. */
  readonly startedAt: number;
  /** `undefined`: it is under way, or was cut off. */
  readonly finishedAt: number | undefined;
  readonly results: readonly SyncResult[];
}

/** What the syncs of an installation did, and how far they have read each source. */
export interface SyncLog {
  begin(run: Omit<SyncRun, 'finishedAt' | 'results'>): Promise<void>;
  /** Adds what became of a source. */
  add(runId: string, result: SyncResult): Promise<void>;
  finish(runId: string, finishedAt: number): Promise<void>;
  /** The newest runs, newest first. */
  runs(limit: number): Promise<SyncRun[]>;
  /** When the last run ended that could read all its sources, milliseconds; `undefined`: there is none. */
  lastSuccess(): Promise<number | undefined>;
  /** Forgets runs that began before an instant. */
  forget(before: number): Promise<void>;
  /** What was noted about a file or URL of a feed when it was read last. */
  mark(feed: string, place: string): Promise<string | undefined>;
  saveMark(feed: string, place: string, mark: string): Promise<void>;
}
