import type { MergeCounts } from '../ports/import-session.ts';
import type { PollBatch } from '../ports/storage.ts';
import { changesSomething } from '../sql/merge.ts';
import type { Changes } from '../sql/revision.ts';
import { type KnownPolls, type MergedPolls, PollGroup } from './poll-group.ts';
import type { StoreKeys } from './store-keys.ts';

/** What an engine does of an append, within the transaction that the connection is in. */
export interface PollAppending {
  /** The keys of stores by their ids; those that are not there are made known. */
  keysOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Makes those of the stores known again that are deleted; says how many. */
  restoreStores(keys: readonly number[]): Promise<number>;
  /** What the database has of the polls. */
  lookUp(polls: PollGroup): Promise<KnownPolls>;
  /** Adds those polls of which nothing is there, and replaces those that were otherwise or had another reason. */
  write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void>;
}

/**
 * What the engines do alike to add polls.
 *
 * @returns what each batch brought, and the keys of stores that were not known, which hold when it is committed
 */
export async function append(
  engine: PollAppending,
  batches: readonly PollBatch[],
  known: StoreKeys,
  changes: Changes,
): Promise<{ counts: MergeCounts[]; keys: ReadonlyMap<string, number> }> {
  const keys = await engine.keysOf(known.missing(batches.map(({ ids }) => ids)));
  const polls = new PollGroup(batches, (id) => (known.get(id) ?? keys.get(id)) as number);
  if ((await engine.restoreStores([...new Set(polls.keys)])) > 0) changes.stores();
  const there = await engine.lookUp(polls);
  const { counts, reasons } = polls.merge(there);
  if (counts.some(changesSomething)) {
    await engine.write(polls, there, reasons);
    changes.polls();
  }
  return { counts, keys };
}
