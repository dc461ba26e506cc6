import { FLEET_REACH, FleetTally, type HourlySums, type WindowSums } from '../domain/fleet.ts';
import { staleAfter } from '../domain/staleness.ts';
import type { BadStore } from '../domain/worst.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { FleetSchedule } from './schedules.ts';
import { walkStores } from './walk.ts';

/** Some stores together at the instant `asOf`; milliseconds. */
export interface FleetFigures {
  readonly asOf: number;
  readonly stores: number;
  /** What a report for `asOf` says of them together. */
  readonly last: WindowSums;
  /** For each window, what a report says that is one such window older. */
  readonly before: WindowSums;
  readonly hourly: HourlySums;
  /** The very worst first. */
  readonly worst: readonly BadStore<StoreEntry>[];
  /** The latest poll of these stores up to `asOf`, as far back as was looked: some two weeks. */
  readonly latestPoll: number | undefined;
}

/** So many of the worst stores are told. */
export const WORST_STORES = 20;

/** @param pollInterval a store is polled about so often, milliseconds */
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
