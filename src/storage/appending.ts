import { PollGroup } from './poll-group.ts';
import type { MergeCounts, PollBatch } from './ports.ts';
import { changesSomething } from './sql/merge.ts';
import type { StoreKeys } from './store-keys.ts';

/** What an engine does of an append, within the transaction that the connection is in. */
export interface PollAppending {
  /** The keys of stores by their ids; those that are not there are made known. */
  keysOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The keys of the deleted stores. */
  deletedStores(): Promise<readonly number[]>;
  restoreStores(keys: readonly number[]): Promise<void>;
  /** For each poll what the database has of it: 0, 1 or `UNKNOWN`. */
  lookUp(polls: PollGroup): Promise<Uint8Array>;
  /** Adds those polls of which nothing is there, and replaces those that were otherwise. */
  write(polls: PollGroup, there: Uint8Array): Promise<void>;
}

export interface Appended {
  readonly counts: MergeCounts[];
  /** The stores that were asked for; their keys hold when it is committed. */
  readonly keys: ReadonlyMap<string, number>;
  readonly changed: boolean;
}

/** What the engines do alike to add polls. */
export async function append(
  engine: PollAppending,
  batches: readonly PollBatch[],
  known: StoreKeys,
): Promise<Appended> {
  const keys = await engine.keysOf(known.missing(batches.map(({ ids }) => ids)));
  const polls = new PollGroup(batches, (id) => (known.get(id) ?? keys.get(id)) as number);
  const named = new Set(polls.keys);
  const back = (await engine.deletedStores()).filter((key) => named.has(key));
  if (back.length > 0) await engine.restoreStores(back);
  const there = await engine.lookUp(polls);
  const counts = polls.counts(there);
  const changed = counts.some(changesSomething);
  if (changed) await engine.write(polls, there);
  return { counts, keys, changed: changed || keys.size > 0 || back.length > 0 };
}
