import { FLEET_REACH, FleetTally, type HourlySums, type WindowSums } from '../domain/fleet.ts';
import { staleAfter } from '../domain/staleness.ts';
import type { BadStore } from '../domain/worst.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { FleetSchedule } from './schedules.ts';
import { walkStores } from './walk.ts';

/** Totals of some stores at the instant `asOf`; milliseconds. */
export interface FleetFigures {
  readonly asOf: number;
  readonly stores: number;
  /** The totals of a report as of `asOf`. */
  readonly last: WindowSums;
  /** For each window, the totals of a report that is one window older. */
  readonly before: WindowSums;
  readonly hourly: HourlySums;
  /** Worst first. */
  readonly worst: readonly BadStore<StoreEntry>[];
  /** The latest poll of these stores within the two weeks before `asOf`. */
  readonly latestPoll: number | undefined;
}

/** The number of worst stores that are listed. */
export const WORST_STORES = 20;

/** @param pollInterval milliseconds between two polls of a store */
export async function readFigures(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  asOf: number,
  pollInterval: number,
): Promise<FleetFigures> {
  const tally = new FleetTally<StoreEntry>(asOf, staleAfter(pollInterval), WORST_STORES);
  const reach = { from: asOf - FLEET_REACH, to: asOf };
  await walkStores(
    snapshot,
    fleet,
    stores,
    reach,
    pollInterval,
    (store, open, polls, first, last, firstPoll, unknown) => {
      tally.add(store, open, polls, first, last, firstPoll, unknown);
    },
  );
  const { last, before, worst, latestPoll } = tally;
  return { asOf, stores: stores.length, last, before, hourly: tally.hourly(), worst, latestPoll };
}
