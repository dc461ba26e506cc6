import { setCoverage } from './coverage.ts';
import type { FigureColumns } from './figures.ts';
import { type Intervals, totalWithin } from './interval.ts';
import { nearest, newEstimate } from './nearest.ts';
import type { PollColumns } from './polls.ts';
import type { Schedule } from './schedule.ts';
import { POLL_REACH, WINDOWS } from './window.ts';

/** The input of some consecutive stores. Indices in the columns count from the batch's start. */
export interface Batch {
  readonly schedule: Schedule;
  /** Arranged by store and instant (see `arrangePolls`). */
  readonly polls: PollColumns;
}

/** Consecutive stores of a batch: `[first, end)`. */
export interface StoreRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Computes the uptime of the stores of a batch by the rule `nearest`, for the windows that end at `asOf`.
 *
 * @param figures receives the figures
 * @param offset the row of the batch's first store in `figures`
 * @param stores the stores of the batch to compute; all, if not given
 */
export function batchUptime(
  batch: Batch,
  asOf: number,
  figures: FigureColumns,
  offset: number,
  stores: StoreRange = allOf(batch),
): void {
  const estimate = newEstimate();
  const visit: VisitStore = (store, open, first, last, unknown) => {
    nearest(open, batch.polls, first, last, asOf, estimate);
    figures.pollsCounted[offset + store] = estimate.counted;
    for (let w = 0; w < WINDOWS.length; w++) {
      const from = asOf - (WINDOWS[w] as number);
      const openTime = totalWithin(open, from, asOf);
      const up = estimate.up[w] as number;
      const down = estimate.counted > 0 ? openTime - up : 0;
      figures.set(offset + store, w, up, down, openTime + totalWithin(unknown, from, asOf));
    }
    setCoverage(figures, offset + store, open, batch.polls, first, last, asOf);
  };
  eachStore(batch, asOf, visit, stores);
}

export function allOf({ schedule }: Batch): StoreRange {
  return { first: 0, end: schedule.stores };
}

/**
 * Receives a store with its open intervals, the range of its polls within the eight days before `asOf`, and the time in
 * which its hours or its zone are unknown.
 */
export type VisitStore = (store: number, open: Intervals, first: number, last: number, unknown: Intervals) => void;

/** Calls `visit` for every nth store of a range; the range is all stores, if not given. */
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

/** The index of a store's first poll, or where it would be. */
function firstPollOf({ length, store: stores }: PollColumns, store: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stores[middle] as number) < store) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The range of one store's polls with `asOf − 8 days ≤ instant ≤ asOf`. */
export function reachOf(polls: PollColumns, from: number, to: number, asOf: number): { first: number; last: number } {
  let first = from;
  while (first < to && (polls.instant[first] as number) < asOf - POLL_REACH) first++;
  let last = to;
  while (last > first && (polls.instant[last - 1] as number) > asOf) last--;
  return { first, last };
}
