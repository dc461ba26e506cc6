import { type Intervals, totalWithin } from './interval.ts';
import { nearest, newEstimate } from './nearest.ts';
import type { PollColumns } from './polls.ts';
import type { Schedule } from './schedule.ts';
import { POLL_REACH, WINDOWS } from './window.ts';

const FIGURES = 3 * WINDOWS.length;

/**
 * The figures of a report, nine for each store in milliseconds (halves occur): up in the last hour, day and week,
 * then down, then open. What is open and neither up nor down is unknown.
 */
export class UptimeFigures {
  readonly stores: number;
  /** How many polls of each store count. */
  readonly counted: Int32Array;
  readonly #values: Float64Array;

  constructor(stores: number) {
    this.stores = stores;
    this.counted = new Int32Array(stores);
    this.#values = new Float64Array(stores * FIGURES);
  }

  /** The nine figures of one store; a view, not a copy. */
  of(store: number): Float64Array {
    return this.#values.subarray(store * FIGURES, (store + 1) * FIGURES);
  }

  up(store: number, window: number): number {
    return this.#values[store * FIGURES + window] as number;
  }

  down(store: number, window: number): number {
    return this.#values[store * FIGURES + WINDOWS.length + window] as number;
  }

  open(store: number, window: number): number {
    return this.#values[store * FIGURES + 2 * WINDOWS.length + window] as number;
  }

  set(store: number, window: number, up: number, down: number, open: number): void {
    const at = store * FIGURES + window;
    this.#values[at] = up;
    this.#values[at + WINDOWS.length] = down;
    this.#values[at + 2 * WINDOWS.length] = open;
  }
}

/** A run of stores with everything that decides their uptime. Indices in the columns count from the batch's start. */
export interface Batch {
  readonly schedule: Schedule;
  /** Arranged by store and instant (see `arrangePolls`). */
  readonly polls: PollColumns;
}

/** Some of the stores of a batch, one after the other: `[first, end)`. */
export interface StoreRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Uptime of the stores of a batch for the windows that end at `asOf`.
 *
 * @param offset where the batch's first store stands in `figures`
 * @param stores which of them; all, if not given
 */
export function batchUptime(
  batch: Batch,
  asOf: number,
  figures: UptimeFigures,
  offset: number,
  stores: StoreRange = allOf(batch),
): void {
  const estimate = newEstimate();
  const visit: VisitStore = (store, open, first, last, unknown) => {
    nearest(open, batch.polls, first, last, asOf, estimate);
    figures.counted[offset + store] = estimate.counted;
    for (let w = 0; w < WINDOWS.length; w++) {
      const from = asOf - (WINDOWS[w] as number);
      const openTime = totalWithin(open, from, asOf);
      const up = estimate.up[w] as number;
      const down = estimate.counted > 0 ? openTime - up : 0;
      figures.set(offset + store, w, up, down, openTime + totalWithin(unknown, from, asOf));
    }
  };
  eachStore(batch, asOf, visit, stores);
}

export function allOf({ schedule }: Batch): StoreRange {
  return { first: 0, end: schedule.stores };
}

/**
 * Receives a store with its open intervals, the range of its polls of the eight days before `asOf`, and the time in
 * which its hours or its zone are unknown.
 */
export type VisitStore = (store: number, open: Intervals, first: number, last: number, unknown: Intervals) => void;

/** Calls `visit` for the stores of a range (all, if none is given), or for every so manieth. */
export function eachStore(
  batch: Batch,
  asOf: number,
  visit: VisitStore,
  { first, end }: StoreRange = allOf(batch),
  every = 1,
): void {
  const { schedule, polls } = batch;
  let pollsFrom = firstPollOf(polls, first);
  for (let store = first; store < end; store++) {
    let pollsTo = pollsFrom;
    while (pollsTo < polls.length && polls.store[pollsTo] === store) pollsTo++;
    if (store % every === 0) {
      const open = schedule.openIntervals(store, asOf - POLL_REACH, asOf);
      const reach = reachOf(polls, pollsFrom, pollsTo, asOf);
      visit(store, open, reach.first, reach.last, schedule.unknownIntervals(store));
    }
    pollsFrom = pollsTo;
  }
}

/** Where the polls of a store begin, or would. */
function firstPollOf({ length, store: stores }: PollColumns, store: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stores[middle] as number) < store) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of one store's polls, those with `asOf − 8 days ≤ instant ≤ asOf`. */
export function reachOf(polls: PollColumns, from: number, to: number, asOf: number): { first: number; last: number } {
  let first = from;
  while (first < to && (polls.instant[first] as number) < asOf - POLL_REACH) first++;
  let last = to;
  while (last > first && (polls.instant[last - 1] as number) > asOf) last--;
  return { first, last };
}
