import type { MergeCounts } from '../ports/import-session.ts';
import type { PollBatch } from '../ports/storage.ts';
import { changesSomething } from '../sql/merge.ts';
import type { Changes } from '../sql/revision.ts';
import { type KnownPolls, type MergedPolls, PollGroup } from './poll-group.ts';
import type { StoreKeys } from './store-keys.ts';

/** The engine's part of an append, within the present transaction. */
export interface PollAppending {
  /** The keys of stores by id; creates missing stores. */
  keysOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Restores those of the stores that are deleted; returns how many. */
  restoreStores(keys: readonly number[]): Promise<number>;
  /** The state of these polls in the database. */
  lookUp(polls: PollGroup): Promise<KnownPolls>;
  /** Adds polls that are missing, and replaces those with another state or reason. */
  write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void>;
}

/**
 * Adds polls: the part that both engines share.
 *
 * @returns the counts of each batch, and the keys of new stores, which are valid after the commit
 */
export async function append(
  engine: PollAppending,
  batches: readonly PollBatch[],
  known: StoreKeys,
  changes: Changes,
): Promise<{ counts: MergeCounts[]; keys: ReadonlyMap<string, number> }> {
  const keys = await engine.keysOf(known.missing(batches.map(({ ids }) => ids)));
  const keyOf = (id: string) => (known.get(id) ?? keys.get(id)) as number;
  const polls = new PollGroup(batches, keyOf);
  const restoring = new Set(batches.flatMap(({ ids, restores = true }) => (restores ? ids.map(keyOf) : [])));
  if (restoring.size > 0 && (await engine.restoreStores([...restoring])) > 0) changes.stores();
  const there = await engine.lookUp(polls);
  const { counts, reasons } = polls.merge(there);
  if (counts.some(changesSomething)) {
    await engine.write(polls, there, reasons);
    changes.polls(polls.to);
  }
  return { counts, keys };
}
