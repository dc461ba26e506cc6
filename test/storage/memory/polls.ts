import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { StoredPoll } from '../../../src/storage/ports/snapshot.ts';
import type { Changes } from './changes.ts';
import { nameStores, storeOf } from './stores.ts';
import type { Transaction } from './transaction.ts';

export interface IncomingPoll extends StoredPoll {
  readonly storeId: string;
}

/**
 * Merges polls into the data and creates their stores. Of polls of the same store and instant the later one wins; one that
 * is inactive as before and has no reason keeps the present reason.
 */
export function mergePolls(
  transaction: Transaction,
  polls: readonly IncomingPoll[],
  changes: Changes,
  restores = true,
): MergeCounts {
  const named = polls.map(({ storeId }) => storeId);
  nameStores(
    transaction,
    named.filter((id) => restores || storeOf(transaction, id) === undefined),
    changes,
  );
  const byStore = new Map<string, Map<number, StoredPoll>>();
  for (const { storeId, instant, active, reason } of polls) {
    if (!Number.isSafeInteger(instant)) throw new Error(`the instant of a poll is ${instant}`);
    const byInstant = byStore.get(storeId) ?? new Map<number, StoredPoll>();
    byInstant.set(instant, { instant, active, reason });
    byStore.set(storeId, byInstant);
  }
  const counts = { added: 0, replaced: 0, alreadyThere: 0, repeated: polls.length };
  for (const [id, incoming] of byStore) {
    counts.repeated -= incoming.size;
    const changed = mergeInto(transaction, storeOf(transaction, id)?.key as number, incoming);
    counts.added += changed.added;
    counts.replaced += changed.replaced;
    counts.alreadyThere += incoming.size - changed.added - changed.replaced;
  }
  if (counts.added + counts.replaced > 0) changes.polls();
  return counts;
}

/** Merges polls of one store. */
function mergeInto(transaction: Transaction, key: number, incoming: ReadonlyMap<number, StoredPoll>) {
  const stored = new Map((transaction.get('polls', key) ?? []).map((poll) => [poll.instant, poll]));
  let [added, replaced] = [0, 0];
  for (const poll of incoming.values()) {
    const before = stored.get(poll.instant);
    if (before === undefined) added++;
    else if (before.active === poll.active && (poll.reason === undefined || poll.reason === before.reason)) continue;
    else replaced++;
    stored.set(poll.instant, poll);
  }
  if (added + replaced > 0) {
    const polls = [...stored.values()].sort((a, b) => a.instant - b.instant);
    transaction.set('polls', key, polls);
    moveFirstPollBack(transaction, key, polls[0]?.instant as number);
  }
  return { added, replaced };
}

/** The first poll of a store never moves forward, also when old polls are pruned. */
function moveFirstPollBack(transaction: Transaction, key: number, earliest: number): void {
  const store = transaction.get('stores', key);
  if (store === undefined || (store.firstPoll ?? Number.POSITIVE_INFINITY) <= earliest) return;
  transaction.set('stores', key, { ...store, firstPoll: earliest });
}

/** The polls of a store in `[from, to]`. */
export function pollsIn(polls: readonly StoredPoll[] | undefined, from: number, to: number): readonly StoredPoll[] {
  return (polls ?? []).filter(({ instant }) => instant >= from && instant <= to);
}
