import type { Intervals } from '../domain/interval.ts';
import type { PollColumns } from '../domain/polls.ts';
import type { Stretch } from '../domain/timeline.ts';
import { type KeyRun, keyRuns } from '../lib/key-runs.ts';
import { TimeSlice } from '../lib/time-slice.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { type FleetSchedule, keysOf } from './schedules.ts';

/**
 * Receives one store: its open intervals, complete over the range; its polls `[first, last)` in the range; its first poll
 * ever (NaN: none); and the intervals in which its hours or zone are unknown.
 */
export type Visit = (
  store: StoreEntry,
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  firstPoll: number,
  unknown: Intervals,
) => void;

/** Polls in memory at a time, about; sorting them blocks the event loop for about 10 ms. */
const POLLS_AT_ONCE = 200_000;

/** The length of a time slice, milliseconds. */
const SLICE = 8;

/** The most runs of keys that a walk reads, before large runs are divided. */
const MOST_RUNS = 32;

/** Stores processed between two checks of the clock. */
const STORES_A_STEP = 32;

/**
 * Walks stores with their polls and open intervals in `[from, to]`, and yields to other work in between. While the stores
 * of one read are walked, the next ones are read.
 *
 * @param fleet the schedules, which may hold more stores than these
 * @param pollInterval milliseconds between two polls of a store
 */
export async function walkStores(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  { from, to }: Stretch,
  pollInterval: number,
  visit: Visit,
): Promise<void> {
  const slice = new TimeSlice(SLICE);
  const { base, schedule } = fleet.over(from, to);
  const { base: firstKey, end } = keysOf(stores);
  const byKey = new Array<StoreEntry | undefined>(end - firstKey);
  for (const store of stores) byKey[store.key - firstKey] = store;
  const size = Math.ceil(POLLS_AT_ONCE / Math.max(1, (to - from) / pollInterval));
  const keys = Int32Array.from(stores, ({ key }) => key);
  const runs = keyRuns(keys, MOST_RUNS, size);
  const read = async ({ first, end }: KeyRun) => ({
    polls: await snapshot.polls(first, end, from, to),
    firstPolls: await snapshot.firstPolls(first, end),
  });
  let reading = runs[0] && read(runs[0]);
  for (const [i, run] of runs.entries()) {
    const { polls, firstPolls } = await (reading as ReturnType<typeof read>);
    const next = runs[i + 1];
    reading = next && read(next);
    // It is awaited after these stores were walked, and must not count as unhandled until then.
    reading?.catch(() => {});
    let first = 0;
    for (let key = run.first; key < run.end; key++) {
      if (key % STORES_A_STEP === 0) await slice.yieldIfOver();
      let last = first;
      while (last < polls.length && polls.store[last] === key - run.first) last++;
      const store = byKey[key - firstKey];
      if (store !== undefined) {
        const open = schedule.openIntervals(key - base, from, to);
        const firstPoll = firstPolls[key - run.first] as number;
        visit(store, open, polls, first, last, firstPoll, schedule.unknownIntervals(key - base));
      }
      first = last;
    }
  }
}
