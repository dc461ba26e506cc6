import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import { reasonOf } from '../domain/reasons.ts';
import { storeMatcher } from '../lib/store-search.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import type { StoreEntry } from './directory.ts';
import { scheduleKnown } from './known.ts';
import { labelMatcher } from './labels.ts';
import { compare, inOrder, isByOutage, type LiveOf, type Position, positionOf, type Sort } from './order.ts';
import type { Outages, State, States, StoreState } from './states.ts';

/** Conditions that all stores of a list meet. */
export interface StoreFilter {
  /** One of these ids. */
  readonly ids?: ReadonlySet<string> | undefined;
  /** A part of the id, the name or a label value, or a list of ids; without case and accents. */
  readonly search?: string | undefined;
  readonly states?: readonly State[] | undefined;
  /** Offline for one of these reasons; `none`: the reason is unknown. */
  readonly reasons?: readonly string[] | undefined;
  readonly zone?: string | undefined;
  /** Labels, all of which the store has; values without case and accents. */
  readonly labels?: readonly (readonly [key: string, value: string])[] | undefined;
  /** Whether hours and zone are known. */
  readonly scheduleKnown?: boolean | undefined;
}

export interface ListedStore {
  readonly store: StoreEntry;
  readonly position: Position;
}

export interface StoreList {
  /** The number of matching stores on all pages. */
  readonly total: number;
  readonly stores: readonly ListedStore[];
  readonly more: boolean;
}

export interface ListRequest {
  readonly filter: StoreFilter;
  readonly sort: Sort;
  /** Needed to sort by outage. */
  readonly outages?: Outages | undefined;
  /** The position of the last store of the previous page. */
  readonly after: Position | undefined;
  readonly limit: number;
}

/** Stores processed before other work gets its turn: about 10 ms. */
const STORES_PER_TURN = 20_000;

/**
 * The matching entries in order, after a position.
 *
 * @param entries sorted by id; principals who see the same stores pass the same list, so that it is sorted once
 */
export async function listStores(
  entries: readonly StoreEntry[],
  states: States,
  { filter, sort, outages, after, limit }: ListRequest,
): Promise<StoreList> {
  const liveOf: LiveOf = isByOutage(sort)
    ? (store) => ({ ...states.of(store), offlineSince: outages?.since(store) })
    : (store) => states.of(store);
  const ordered = inOrder(entries, states, liveOf, sort);
  const matching = matchesAll(filter) ? ordered : await matchingOf(ordered, states, filter);
  const first = after === undefined ? 0 : firstAfter(matching, liveOf, sort, after);
  const stores = matching
    .slice(first, first + limit)
    .map((store) => ({ store, position: positionOf(store, liveOf(store), sort) }));
  return { total: matching.length, stores, more: first + limit < matching.length };
}

function matchesAll({ ids, search = '', states, reasons, zone, labels = [], scheduleKnown }: StoreFilter): boolean {
  const anyState = states === undefined && reasons === undefined && scheduleKnown === undefined;
  return anyState && ids === undefined && search === '' && zone === undefined && labels.length === 0;
}

async function matchingOf(stores: readonly StoreEntry[], live: States, filter: StoreFilter): Promise<StoreEntry[]> {
  const matches = matcherOf(filter, stores, live.asOf);
  const matching: StoreEntry[] = [];
  for (let i = 0; i < stores.length; i++) {
    if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
    const store = stores[i] as StoreEntry;
    if (matches(store) && isInState(live.of(store), filter)) matching.push(store);
  }
  return matching;
}

function isInState({ state, lastPoll }: StoreState, { states, reasons }: StoreFilter): boolean {
  if (states !== undefined && !states.includes(state)) return false;
  if (reasons === undefined) return true;
  const reason = lastPoll?.reason;
  return state === 'offline' && reasons.includes(reason === undefined ? 'none' : reasonOf(reason).code);
}

/** The index of the first store after a position. */
function firstAfter(stores: readonly StoreEntry[], liveOf: LiveOf, sort: Sort, after: Position): number {
  let [low, high] = [0, stores.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const store = stores[middle] as StoreEntry;
    if (compare(positionOf(store, liveOf(store), sort), after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * A test whether a store meets the conditions of a filter that do not depend on its state.
 *
 * @param stores those that are searched
 * @param at the instant at which hours and zones are known or not, milliseconds
 */
export function matcherOf(
  { ids, search = '', zone, labels = [], scheduleKnown: known }: StoreFilter,
  stores: readonly StoreEntry[],
  at: number,
): (store: StoreEntry) => boolean {
  const isLabeled = labelMatcher(labels);
  const found = storeMatcher(search, () => stores.map(({ id }) => id));
  return (store) =>
    (ids === undefined || ids.has(store.id)) &&
    (zone === undefined || (store.zone ?? DEFAULT_ZONE) === zone) &&
    (known === undefined || scheduleKnown(store, at) === known) &&
    isLabeled(store) &&
    (search === '' || found(store.id, store.name, ...labelTexts(store, search)));
}

/** The values of the labels, and `city: Oslo`, as people see a label, for a search that may be one. */
function labelTexts({ labels }: StoreEntry, search: string): string[] {
  const pairs = search.includes(':') ? Object.entries(labels).map(([key, value]) => `${key}: ${value}`) : [];
  return [...Object.values(labels), ...pairs];
}
