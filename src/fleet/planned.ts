import { contains, type Intervals } from '../domain/interval.ts';
import type { Directory, StoreEntry } from '../stores/directory.ts';
import type { FleetSchedule } from './schedules.ts';

/** The planned downtime of a store, complete over a range of instants and not clipped to it. */
export type PlannedDowntime = (store: StoreEntry) => Intervals;

/** Reads the planned downtime of all stores in the instants `[from, to]`, milliseconds. */
export type ReadPlanned = (fleet: FleetSchedule, from: number, to: number) => Promise<PlannedDowntime>;

/** A test whether the store of an incident is in planned downtime at an instant, milliseconds; one without a store is not. */
export function plannedTest(
  planned: PlannedDowntime,
  { byId }: Pick<Directory, 'byId'>,
  at: number,
): (incident: { readonly storeId: string | undefined }) => boolean {
  return ({ storeId = '' }) => {
    const store = byId.get(storeId);
    return store !== undefined && contains(planned(store), at);
  };
}
