import { setImmediate } from 'node:timers/promises';
import { DEFAULT_ZONE } from '../tzdb.ts';
import type { StoreEntry } from './directory.ts';
import { STATES, type State, type States, type StoreState } from './states.ts';

export const SORTS = ['state', 'id', 'name', '-last_poll'] as const;
export type Sort = (typeof SORTS)[number];

/** What stores of a list have in common; what is not given matters not. */
export interface StoreFilter {
  /** A part of the id, the name or the value of a label, in upper or lower case. */
  readonly search?: string | undefined;
  readonly states?: readonly State[] | undefined;
  readonly zone?: string | undefined;
  /** Keys and values, all of which the store has. */
  readonly labels?: readonly (readonly [key: string, value: string])[] | undefined;
}

/** Where a store stands in the order of a list. */
export type Position = readonly (string | number)[];

export interface ListedStore {
  readonly store: StoreEntry;
  readonly live: StoreState;
  readonly position: Position;
}

export interface StoreList {
  /** How many stores match, on all pages. */
  readonly total: number;
  readonly stores: readonly ListedStore[];
  readonly more: boolean;
}

export interface ListRequest {
  readonly filter: StoreFilter;
  readonly sort: Sort;
  /** The position of the last store of the page before. */
  readonly after: Position | undefined;
  readonly limit: number;
}

/** So many stores are looked at before other work of the process gets its turn: about 10 ms. */
const STORES_PER_TURN = 20_000;

/** Those of `entries` that match, in order, from a position on. */
export async function listStores(
  entries: readonly StoreEntry[],
  states: States,
  { filter, sort, after, limit }: ListRequest,
): Promise<StoreList> {
  const matches = matcherOf(filter);
  const page = new FirstOnes(limit + 1);
  let total = 0;
  for (let i = 0; i < entries.length; i++) {
    if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await setImmediate();
    const store = entries[i] as StoreEntry;
    if (!matches(store)) continue;
    const live = states.of(store);
    if (filter.states !== undefined && !filter.states.includes(live.state)) continue;
    total++;
    const position = positionOf(store, live, sort);
    if (after === undefined || compare(position, after) > 0) page.add({ store, live, position });
  }
  const stores = page.sorted();
  return { total, stores: stores.slice(0, limit), more: stores.length > limit };
}

function matcherOf({ search = '', zone, labels = [] }: StoreFilter): (store: StoreEntry) => boolean {
  const pattern = new RegExp(search.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
  const found = ({ id, name, labels }: StoreEntry) =>
    pattern.test(id) ||
    (name !== undefined && pattern.test(name)) ||
    Object.values(labels).some((v) => pattern.test(v));
  return (store) =>
    (zone === undefined || (store.zone ?? DEFAULT_ZONE) === zone) &&
    labels.every(([key, value]) => Object.hasOwn(store.labels, key) && store.labels[key] === value) &&
    (search === '' || found(store));
}

/** The last part is the id, so that no two stores have the same position. */
function positionOf({ id, name }: StoreEntry, { state, lastPoll }: StoreState, sort: Sort): Position {
  if (sort === 'state') return [STATES.indexOf(state), id];
  // Stores without a name, or a poll, come last.
  if (sort === 'name') return [name === undefined ? 1 : 0, name?.toLowerCase() ?? '', id];
  if (sort === '-last_poll') return [lastPoll === undefined ? 1 : 0, -(lastPoll?.instant ?? 0), id];
  return [id];
}

function compare(a: Position, b: Position): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** The first ones of many, of which it keeps few. */
class FirstOnes {
  readonly #count: number;
  #kept: ListedStore[] = [];
  /** No store after this one is among the first. */
  #last: Position | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  add(store: ListedStore): void {
    if (this.#last !== undefined && compare(store.position, this.#last) > 0) return;
    this.#kept.push(store);
    if (this.#kept.length < 4 * this.#count) return;
    this.#kept = this.sorted();
    this.#last = this.#kept.at(-1)?.position;
  }

  sorted(): ListedStore[] {
    return this.#kept.sort((a, b) => compare(a.position, b.position)).slice(0, this.#count);
  }
}
