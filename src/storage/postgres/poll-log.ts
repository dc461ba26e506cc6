import type { PackedMemory, PackedPolls, PollColumns } from '../../domain/polls.ts';
import type { Session } from '../../duckdb/session.ts';
import type { Invariant } from '../ports/invariants.ts';
import type { PollsOfReason, StoredPoll } from '../ports/snapshot.ts';
import type { PollBatch, PollBlockFigures, SnapshotUse, StorageAccess } from '../ports/storage.ts';
import type { PollAppending } from '../shared/appending.ts';
import type { WriteQueue } from '../shared/write-queue.ts';
import type { PollDeleting } from '../sql/poll-deleting.ts';
import type { PostgresConnection, PostgresPool } from './client.ts';
import type { PollCounts } from './poll-merge.ts';
import type { Pools } from './pools.ts';

/** Reads polls, as `Snapshot` says, within the present transaction of a connection. */
export interface PollReader {
  earliest(): Promise<number | undefined>;
  /** Reads polls to find it. */
  latest(upTo?: number): Promise<number | undefined>;
  latestOf(ids: readonly string[], upTo?: number): Promise<number | undefined>;
  count(from: number, to: number): Promise<number>;
  /** Number of all polls. */
  total(): Promise<number>;
  polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns>;
  packed(firstKey: number, endKey: number, from: number, to: number, memory: PackedMemory): Promise<PackedPolls>;
  reasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]>;
  inactiveKeys(from: number, to: number): Promise<Int32Array>;
  last(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]>;
}

/** Polls that an import has staged as the view `incoming_polls`. */
export interface IncomingPolls {
  readonly polls: number;
  /** Their earliest and latest instant, milliseconds. */
  readonly range: { readonly from: number; readonly to: number };
  /** Whether any may have a reason. */
  readonly reasons: boolean;
}

/** Changes polls as part of a write transaction, of which there is one at a time on all servers. */
export interface PollWriter extends Pick<PollAppending, 'lookUp' | 'write'>, PollDeleting {
  /** The instant of the latest poll, which it reads polls to find. */
  latest(upTo?: number): Promise<number | undefined>;
  /** Merges the polls that an import has staged. */
  merge(staging: Session, incoming: IncomingPolls): Promise<PollCounts>;
  /** Removes all polls. */
  clear(): Promise<void>;
  /** To be called after all changes, before the commit. */
  finish(): Promise<void>;
}

/** Where the polls of a PostgreSQL database are. */
export interface PollLog {
  /**
   * Called once, before anything else.
   *
   * @param place of the PostgreSQL database, without a password
   */
  open(pools: Pools, access: StorageAccess, place: string): Promise<void>;
  reader(connection: PostgresConnection, use: SnapshotUse): PollReader;
  /** @param pool for other connections; `undefined`: the transaction has locked the polls, so that no other could do anything */
  writer(connection: PostgresConnection, pool: PostgresPool | undefined): PollWriter;
  /** Called before the transaction that adds polls. */
  prepareFor(batches: readonly PollBatch[]): Promise<void>;
  /** As `Storage.prune`. */
  prune(before: number, queue: WriteQueue): Promise<number>;
  /** Checks what is cheap to check. */
  quickInvariants(): Promise<Invariant[]>;
  /** Checks all polls. @param connection with a snapshot of the catalog */
  invariants(connection: PostgresConnection): Promise<Invariant[]>;
  /** As `Storage.pollBlocks`. */
  figures?(): Promise<PollBlockFigures>;
  /** Resolves when polls can be read. */
  check(): Promise<void>;
  interrupt(): void;
  close(): Promise<void>;
}
