/**
 * What the rest of the program may ask of a database. One folder beside this file for each engine; one contract
 * suite (test/storage/contract/engine.ts) that every engine passes.
 *
 * Instants are milliseconds since 1970-01-01T00:00Z. A `store_key` is a small integer that never leaves the program.
 */
import type { AccountCatalog } from './account-catalog.ts';
import type { CoverageGaps } from './coverage-gaps.ts';
import type { ImportCatalog } from './import-catalog.ts';
import type { ImportSession, MergeCounts } from './import-session.ts';
import type { Leases } from './leases.ts';
import type { PeerRegistry } from './peers.ts';
import type { ReportCatalog } from './report-catalog.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoreWriter } from './stores.ts';
import type { SyncLog } from './sync-log.ts';

export interface Storage {
  readonly reports: ReportCatalog;
  readonly accounts: AccountCatalog;
  readonly imports: ImportCatalog;
  /**
   * Where other servers on the same database find the results of this one. An engine whose database belongs to one
   * process needs none.
   */
  readonly results?: SharedResults;
  readonly gaps: CoverageGaps;
  readonly syncs: SyncLog;
  /** The servers on one database that share the probing; likewise. */
  readonly peers?: PeerRegistry;
  /** What only one of them may do at a time; likewise. */
  readonly leases?: Leases;
  /** Runs `work` on one unchanging state of the data. */
  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /** Runs `work` as one transaction: all that it merged holds, or nothing. Imports wait for one another. */
  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T>;
  /** Changes single stores as one transaction; takes its turn among the imports. */
  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T>;
  /**
   * Adds polls, all or none, and makes known the stores that they name; takes its turn among the imports. Of polls
   * about the same instant of a store the later one wins, with its reason as in `mergePolls`. Returns what each batch brought: for it, what the batches
   * before it say was there.
   */
  appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]>;
  /**
   * Deletes polls older than `before` (milliseconds), as far as that is cheap: an engine that keeps polls in
   * partitions drops those that lie before it as a whole. Returns the instant before which no poll is left. When a store
   * was polled first stays known.
   */
  prune(before: number): Promise<number>;
  /** Resolves when the database answers; rejects with what is wrong. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Polls as columns of one length, in the order in which they were said. */
export interface PollBatch {
  readonly ids: readonly string[];
  /** Milliseconds. */
  readonly instants: ArrayLike<number>;
  /** 0 or 1. */
  readonly active: ArrayLike<number>;
  /** Why inactive polls are, by their places, in the form of `reasonText`; as far as it is known. */
  readonly reasons?: ReadonlyMap<number, string>;
}

/** `figures`: all that a result holds. `csv`: only the classic CSV, as earlier versions kept it. */
export type SharedResultKind = 'figures' | 'csv';

/** The results of finished reports, kept in the database. */
export interface SharedResults {
  /** Keeps the figures of a report; what is there under its id is replaced. */
  save(reportId: string, chunks: Iterable<Uint8Array>): Promise<void>;
  /** The result in pieces; `undefined` when there is none. */
  read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined>;
}
