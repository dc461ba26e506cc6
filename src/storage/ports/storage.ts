/**
 * What the program requires of a database. Each engine has a folder, and passes one contract suite
 * (test/storage/contract/engine.ts).
 *
 * Instants are milliseconds since 1970-01-01T00:00Z. A `store_key` is a small integer that never leaves the program.
 */
import type { AccountCatalog } from './account-catalog.ts';
import type { Adjustments } from './adjustments.ts';
import type { AlertCatalog } from './alerts.ts';
import type { ContactPointCatalog } from './contact-points.ts';
import type { DatabaseContents } from './contents.ts';
import type { CoverageGaps } from './coverage-gaps.ts';
import type { DayFileCheckpoints, DayFileStep } from './day-files.ts';
import type { Deliveries } from './deliveries.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import type { ImportCatalog } from './import-catalog.ts';
import type { ImportSession, MergeCounts } from './import-session.ts';
import type { Invariant } from './invariants.ts';
import type { Leases } from './leases.ts';
import type { PeerRegistry } from './peers.ts';
import type { ReportCatalog } from './report-catalog.ts';
import type { SalesRatesCatalog } from './sales-rates.ts';
import type { SavedQuestionCatalog } from './saved-questions.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoreWriter } from './stores.ts';
import type { SubscriptionCatalog } from './subscriptions.ts';
import type { SyncLog } from './sync-log.ts';
import type { UptimeTargetCatalog } from './uptime-targets.ts';

/** How a database is opened. */
export type StorageAccess =
  /** To change data: the schema is brought up to date. */
  | 'write'
  /** To read: nothing is changed, and a schema other than the program's is refused. */
  | 'read'
  /** Like `read`, to report on damage: a database in which an invariant is broken is not refused. */
  | 'inspect'
  /** Like `write`, to put a backup in its place: damage is not refused. */
  | 'replace';

export interface Storage {
  readonly reports: ReportCatalog;
  readonly accounts: AccountCatalog;
  readonly imports: ImportCatalog;
  readonly alerts: AlertCatalog;
  /**
   * Where servers on the same database find each other's results. Missing on an engine whose database belongs to one
   * process.
   */
  readonly results?: SharedResults;
  readonly gaps: CoverageGaps;
  readonly adjustments: Adjustments;
  readonly savedQuestions: SavedQuestionCatalog;
  readonly subscriptions: SubscriptionCatalog;
  readonly uptimeTargets: UptimeTargetCatalog;
  readonly salesRates: SalesRatesCatalog;
  readonly dayFiles: DayFileCheckpoints;
  readonly syncs: SyncLog;
  readonly idempotency: IdempotencyKeys;
  readonly contactPoints: ContactPointCatalog;
  readonly deliveries: Deliveries;
  /** The servers that share the probing; missing likewise. */
  readonly peers?: PeerRegistry;
  /** Work that only one server may do at a time; missing likewise. */
  readonly leases?: Leases;
  /** Runs `work` on a consistent snapshot of the data, for a `request` if not said otherwise. */
  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>, use?: SnapshotUse): Promise<T>;
  /** Runs `work` as one transaction. Imports run one at a time. */
  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T>;
  /** Changes single stores as one transaction, serialized with imports. @throws UserError `busy` after a short wait */
  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T>;
  /**
   * Adds polls, all or none, and creates the stores that they name; serialized with imports. Of polls of the same store
   * and instant the later one wins, with its reason as in `mergePolls`. Returns the counts of each batch, as if the
   * batches were added one by one. Steps of checkpoints are saved in the same transaction.
   *
   * @throws UserError `busy` after a short wait for an import or other changes
   */
  appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]>;
  /**
   * Deletes polls and sales older than `before` (milliseconds); an engine that partitions polls drops only whole partitions.
   * Returns the instant before which no poll is left. The first polls of stores stay known.
   */
  prune(before: number): Promise<number>;
  /** Counts the rows of every table, in one snapshot. */
  contents(): Promise<DatabaseContents>;
  /**
   * Writes everything, as of one instant, into a new DuckDB file with a generation of its own. An engine that keeps its
   * data elsewhere has no such way; there, everything is copied from a snapshot.
   */
  saveTo?(path: string): Promise<void>;
  /**
   * Runs `work` as one transaction on the emptied database, which becomes another generation: all of it is replaced, or
   * nothing. An engine whose database is a file of one process replaces that file instead.
   *
   * @param check gets what holds of the new data and throws to refuse it
   * @throws UserError `conflict` when there is data and it is not to be replaced
   */
  restoring?<T>(
    replace: boolean,
    work: (session: RestoreSession) => Promise<T>,
    check: (invariants: readonly Invariant[]) => void,
  ): Promise<T>;
  /** Missing on an engine that has polls and everything else in one database. */
  pollBlocks?(): Promise<PollBlockFigures>;
  /** Checks everything that holds in a sound database. Reads all of it. */
  invariants(): Promise<Invariant[]>;
  /**
   * The clock of the database, milliseconds since 1970. Missing on an engine that runs in this process, where it would be
   * the clock of this machine.
   */
  clock?(): Promise<number>;
  /** Resolves when the database answers; rejects with the reason when it does not. */
  check(): Promise<void>;
  /**
   * Writes something small. Resolves when it is stored.
   *
   * @param now the clock, milliseconds
   * @throws UserError `unavailable` when the database cannot be written, `busy` when it did not get to it
   */
  checkWrite(now: number): Promise<void>;
  /**
   * Ends the imports, background snapshots and maintenance that are running, for a program that has to stop: they are
   * rolled back, and their callers get an error.
   */
  interrupt(): void;
  close(): Promise<void>;
}

/** The blocks of polls in a database apart from everything else, for those who watch it. */
export interface PollBlockFigures {
  /** Blocks that were sent, or are being sent, and do not count yet. */
  readonly pending: number;
  /** For how long the oldest of them has been pending, seconds; 0: none is. */
  readonly pendingAge: number;
  /** Blocks of transactions that failed, whose polls never count. */
  readonly withdrawn: number;
  /** The servers that have the polls. */
  readonly replicas: readonly PollReplica[];
}

export interface PollReplica {
  /** Of the database on it, without a password. */
  readonly place: string;
  /** Which share of the stores it has, from 1. */
  readonly shard: number;
  /** Into how many parts it has divided the polls; `undefined`: it does not answer. */
  readonly parts: number | undefined;
  /** For how long it has lacked polls that another one has, seconds; `undefined`: it does not answer. */
  readonly delay: number | undefined;
}

/** A running restore. */
export interface RestoreSession {
  readonly target: ImportSession;
  /** Keeps the result of a report. */
  saveResult(reportId: string, kind: SharedResultKind, bytes: Uint8Array): Promise<void>;
}

/**
 * What a snapshot is read for: a `request`, which is waited for, so every statement must end within some seconds; or work
 * in the `background`, which may take long.
 */
export type SnapshotUse = 'request' | 'background';

/** Polls as columns of one length, in the order of their arrival. */
export interface PollBatch {
  readonly ids: readonly string[];
  /** Milliseconds. */
  readonly instants: ArrayLike<number>;
  /** 0 or 1. */
  readonly active: ArrayLike<number>;
  /** The known reasons of inactive polls by index, in the form of `reasonText`. */
  readonly reasons?: ReadonlyMap<number, string>;
  /** Whether deleted stores come back because they are polled; true, if not given. */
  readonly restores?: boolean;
  /** Of polls from day files: from where to where the database has all polls of them once it has these. */
  readonly step?: DayFileStep | undefined;
}

/** `figures`: the whole result. `csv`: the classic CSV alone, as kept by earlier versions. */
export type SharedResultKind = 'figures' | 'csv';

/** The results of finished reports in the database, where `ReportCatalog.complete` keeps them. */
export interface SharedResults {
  /** Saves the copied result of a complete report, and replaces an earlier one. The figures, if no kind is given. */
  save(reportId: string, chunks: Iterable<Uint8Array>, kind?: SharedResultKind): Promise<void>;
  /** The result in chunks; `undefined`: there is none. */
  read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined>;
}
