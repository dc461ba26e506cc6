import type { Intervals } from '../domain/interval.ts';
import type { PollColumns } from '../domain/polls.ts';
import type { Stretch } from '../domain/timeline.ts';
import type { Zone } from '../domain/zone.ts';
import { readSchedule, ScheduleRange } from '../reports/schedule.ts';
import type { Snapshot } from '../storage/ports.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { Pace } from './pace.ts';
import { type Run, runsOf } from './runs.ts';

/** What is seen of one store: its open intervals, complete over the range, and its polls `[first, last)` in it. */
export type Visit = (store: StoreEntry, open: Intervals, polls: PollColumns, first: number, last: number) => void;

/** So many polls are in memory at once, about; sorting as many holds up others for some 10 ms. */
const POLLS_AT_ONCE = 200_000;

/** Stores that are done before the clock is looked at. */
const STORES_A_STEP = 32;

/**
 * Walks some stores, with their polls and open intervals of the instants `[from, to]`, without holding up others.
 *
 * @param pollInterval milliseconds; a store is expected to be polled about so often
 */
export async function walkStores(
  snapshot: Snapshot,
  stores: readonly StoreEntry[],
  { from, to }: Stretch,
  pollInterval: number,
  visit: Visit,
): Promise<void> {
  if (stores.length === 0) return;
  const keys = Int32Array.from(stores, ({ key }) => key).sort();
  const base = keys[0] as number;
  const byKey = new Array<StoreEntry | undefined>((keys[keys.length - 1] as number) - base + 1);
  for (const store of stores) byKey[store.key - base] = store;
  const range = new ScheduleRange(from, to);
  const pace = new Pace();
  const size = Math.ceil(POLLS_AT_ONCE / Math.max(1, (to - from) / pollInterval));
  for (const run of runsOf(keys, size)) {
    await walkRun(snapshot, byKey.slice(run.first - base, run.end - base), run, range, pace, visit);
  }
}

async function walkRun(
  snapshot: Snapshot,
  stores: readonly (StoreEntry | undefined)[],
  { first: firstKey, end }: Run,
  range: ScheduleRange,
  pace: Pace,
  visit: Visit,
): Promise<void> {
  const { from, to } = range;
  const zones = Array.from(stores, (store): Zone => range.zone(store?.zone ?? null));
  const schedule = await readSchedule(snapshot, firstKey, zones, range);
  const polls = await snapshot.polls(firstKey, end, from, to);
  let first = 0;
  for (const [i, store] of stores.entries()) {
    if (i % STORES_A_STEP === 0) await pace.breathe();
    let last = first;
    while (last < polls.length && polls.store[last] === i) last++;
    if (store !== undefined) visit(store, schedule.openIntervals(i, from, to), polls, first, last);
    first = last;
  }
}
