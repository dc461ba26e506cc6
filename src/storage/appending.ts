import { PollGroup } from './poll-group.ts';
import type { MergeCounts, PollBatch } from './ports.ts';
import { changesSomething } from './sql/merge.ts';
import type { Changes } from './sql/revision.ts';
import type { StoreKeys } from './store-keys.ts';

/** What an engine does of an append, within the transaction that the connection is in. */
export interface PollAppending {
  /** The keys of stores by their ids; those that are not there are made known. */
  keysOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Makes those of the stores known again that are deleted; says how many. */
  restoreStores(keys: readonly number[]): Promise<number>;
  /** For each poll what the database has of it: 0, 1 or `UNKNOWN`. */
  lookUp(polls: PollGroup): Promise<Uint8Array>;
  /** Adds those polls of which nothing is there, and replaces those that were otherwise. */
  write(polls: PollGroup, there: Uint8Array): Promise<void>;
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
  const counts = polls.counts(there);
  if (counts.some(changesSomething)) {
    await engine.write(polls, there);
    changes.polls();
  }
  return { counts, keys };
}
