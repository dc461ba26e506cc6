import { FLEET_REACH, FleetTally, type QuarterSums, type WindowSums } from '../domain/fleet.ts';
import type { CurrentOutage } from '../domain/state.ts';
import type { AttentionList, BadStore, Check } from '../domain/worst.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { PlannedDowntime } from './planned.ts';
import type { FleetSchedule } from './schedules.ts';
import { walkStores } from './walk.ts';

/** Totals of some stores at the instant `asOf`; milliseconds. */
export interface FleetFigures {
  readonly asOf: number;
  readonly stores: number;
  /** The windows that end at `asOf`. */
  readonly last: WindowSums;
  /** For each window, the one before it, by the polls up to its end. */
  readonly before: WindowSums;
  readonly quarters: QuarterSums;
  /** Worst first. */
  readonly worst: readonly BadStore<StoreEntry>[];
  readonly attention: Pick<AttentionList<StoreEntry>, 'stores' | 'total' | 'longOffline'>;
  /** The outages of all stores that were down when they were last checked, by the keys of the stores. */
  readonly outages: ReadonlyMap<number, CurrentOutage>;
  /** The last counting polls of the stores whose polls are all stale, likewise. */
  readonly staleChecks: ReadonlyMap<number, Check>;
  /** The latest poll of these stores within the two weeks before `asOf`. */
  readonly latestPoll: number | undefined;
}

/** The number of stores in each list. */
export const WORST_STORES = 20;

/**
 * @param pollInterval milliseconds between two polls of a store
 * @param planned complete over the eight days before `asOf`
 */
export async function readFigures(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  asOf: number,
  pollInterval: number,
  planned: PlannedDowntime,
): Promise<FleetFigures> {
  const tally = new FleetTally<StoreEntry>(asOf, pollInterval, WORST_STORES);
  const reach = { from: asOf - FLEET_REACH, to: asOf };
  await walkStores(
    snapshot,
    fleet,
    stores,
    reach,
    pollInterval,
    (store, open, polls, first, last, firstPoll, unknown) => {
      tally.add(store, open, polls, first, last, firstPoll, unknown, planned(store));
    },
  );
  const { last, before, worst, attention, latestPoll } = tally;
  const outages = byKey(tally.outages);
  const staleChecks = byKey(tally.staleChecks);
  const quarters = tally.quarters();
  return { asOf, stores: stores.length, last, before, quarters, worst, attention, outages, staleChecks, latestPoll };
}

function byKey<Value>(found: ReadonlyMap<StoreEntry, Value>): ReadonlyMap<number, Value> {
  return new Map([...found].map(([{ key }, value]) => [key, value]));
}
