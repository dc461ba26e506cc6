import { DAY } from '../domain/hours.ts';
import { newPeriodStates, walkPeriodStates } from '../domain/periods/states.ts';
import { learnSales, type OwnSales } from '../domain/sales/learning.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { walkStores } from '../fleet/walk.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';

/** The days before `as_of` whose sales count. */
export const LEARNED_DAYS = 56;

/** Stores whose sales are in memory at a time: about 200,000 hours. */
const STORES_AT_ONCE = 200;

/** No clock is further from UTC. */
const SLACK = DAY;

/**
 * Learns what stores sell in an hour of the week.
 *
 * @param until the end of the days that count, in UTC; later polls do not count, either
 * @param pollInterval milliseconds between two polls of a store
 * @returns the sales of the stores that have some, by their keys
 */
export async function learnOwnSales(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  until: number,
  pollInterval: number,
): Promise<ReadonlyMap<number, OwnSales>> {
  const from = until - LEARNED_DAYS * DAY;
  const read = { from: from - POLL_REACH, to: until };
  const { base, schedule } = fleet.over(read.from, read.to);
  const sorted = [...stores].sort((a, b) => a.key - b.key);
  const states = newPeriodStates();
  const learned = new Map<number, OwnSales>();
  for (let first = 0; first < sorted.length; first += STORES_AT_ONCE) {
    const some = sorted.slice(first, first + STORES_AT_ONCE);
    const [firstKey, endKey] = [(some[0] as StoreEntry).key, (some.at(-1) as StoreEntry).key + 1];
    const sales = await snapshot.sales(firstKey, endKey, from - SLACK, until + SLACK);
    const ranges = rangesOf(sales.store);
    const sold = some.filter(({ key }) => ranges.has(key - firstKey));
    if (sold.length === 0) continue;
    await walkStores(snapshot, fleet, sold, read, pollInterval, ({ key }, open, polls, firstPoll, lastPoll) => {
      walkPeriodStates(open, polls, firstPoll, lastPoll, states);
      const [begin, end] = ranges.get(key - firstKey) as readonly [number, number];
      const zones = schedule.zonesOf(key - base);
      const own = learnSales(sales, begin, end, { open, states, zones }, from, until);
      if (own !== undefined) learned.set(key, own);
    });
  }
  return learned;
}

/** Where the rows of each store begin and end. */
function rangesOf(store: Int32Array): ReadonlyMap<number, readonly [number, number]> {
  const ranges = new Map<number, readonly [number, number]>();
  for (let first = 0, row = 1; row <= store.length; row++) {
    if (row < store.length && store[row] === store[first]) continue;
    ranges.set(store[first] as number, [first, row]);
    first = row;
  }
  return ranges;
}
