import { folded } from '../lib/folded.ts';
import type { StoreEntry } from './directory.ts';
import { type OfflineSince, STATES, type States, type StoreState } from './states.ts';

export const SORTS = ['state', 'id', 'name', '-last_poll', 'offline_since', '-offline_since'] as const;
export type Sort = (typeof SORTS)[number];

/** What a list knows of a store when it is sorted. */
export interface LiveStore extends StoreState {
  /** `undefined`: the store is not offline, or the list is not sorted by it. */
  readonly offlineSince?: OfflineSince | undefined;
}

/** Longer numbers in names are sorted digit by digit. */
const DIGITS = 12;

/** Gives what is known of each store. */
export type LiveOf = (store: StoreEntry) => LiveStore;

/** The sort key of a store in a list. */
export type Position = readonly (string | number)[];

/** Orders, cached for each view of the states and each list of stores. */
const made = new WeakMap<States, WeakMap<readonly StoreEntry[], Map<Sort, readonly StoreEntry[]>>>();

export function isByOutage(sort: Sort): sort is 'offline_since' | '-offline_since' {
  return sort === 'offline_since' || sort === '-offline_since';
}

/**
 * @param entries sorted by id
 * @param liveOf what is known of each store
 */
export function inOrder(
  entries: readonly StoreEntry[],
  states: States,
  liveOf: LiveOf,
  sort: Sort,
): readonly StoreEntry[] {
  if (sort === 'id') return entries;
  // Outages are newer than the states now and then, so this order is not kept.
  if (isByOutage(sort)) return byOutage(entries, liveOf, sort);
  const lists = made.get(states) ?? new WeakMap<readonly StoreEntry[], Map<Sort, readonly StoreEntry[]>>();
  made.set(states, lists);
  const orders = lists.get(entries) ?? new Map<Sort, readonly StoreEntry[]>();
  lists.set(entries, orders);
  const order = orders.get(sort) ?? (sort === 'state' ? byState(entries, states) : sorted(entries, liveOf, sort));
  orders.set(sort, order);
  return order;
}

/** The last part is the id, so that no two stores have the same position. */
export function positionOf(
  { id, name }: StoreEntry,
  { state, lastPoll, offlineSince }: LiveStore,
  sort: Sort,
): Position {
  if (sort === 'state') return [STATES.indexOf(state), id];
  // Stores without a name, or a poll, come last.
  if (sort === 'name') return [name === undefined ? 1 : 0, name === undefined ? '' : sortedName(name), id];
  if (sort === '-last_poll') return [lastPoll === undefined ? 1 : 0, -(lastPoll?.instant ?? 0), id];
  if (isByOutage(sort)) {
    const since = offlineSince?.since;
    // Stores that are not offline come last.
    return [since === undefined ? 1 : 0, (sort === 'offline_since' ? since : since && -since) ?? 0, id];
  }
  return [id];
}

/** A name as it is sorted: without case and accents, and with its numbers by value, so that `Shop 9` is before `Shop 10`. */
function sortedName(name: string): string {
  return folded(name).replaceAll(/\d+/g, (digits) => digits.padStart(DIGITS, '0'));
}

export function compare(a: Position, b: Position): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Within a state they stay as they are, by id. */
function byState(entries: readonly StoreEntry[], states: States): StoreEntry[] {
  const groups = new Map(STATES.map((state) => [state, [] as StoreEntry[]]));
  for (const store of entries) groups.get(states.of(store).state)?.push(store);
  return [...groups.values()].flat();
}

/** Only the offline stores have to be sorted. */
function byOutage(entries: readonly StoreEntry[], liveOf: LiveOf, sort: Sort): StoreEntry[] {
  const isOffline = (store: StoreEntry) => liveOf(store).offlineSince !== undefined;
  return [...sorted(entries.filter(isOffline), liveOf, sort), ...entries.filter((store) => !isOffline(store))];
}

function sorted(entries: readonly StoreEntry[], liveOf: LiveOf, sort: Sort): StoreEntry[] {
  const placed = entries.map((store) => ({ store, position: positionOf(store, liveOf(store), sort) }));
  return placed.sort((a, b) => compare(a.position, b.position)).map(({ store }) => store);
}
