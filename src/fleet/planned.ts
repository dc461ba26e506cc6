import type { Intervals } from '../domain/interval.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { FleetSchedule } from './schedules.ts';

/** The planned downtime of a store, complete over a range of instants and not clipped to it. */
export type PlannedDowntime = (store: StoreEntry) => Intervals;

/** Reads the planned downtime of all stores in the instants `[from, to]`, milliseconds. */
export type ReadPlanned = (fleet: FleetSchedule, from: number, to: number) => Promise<PlannedDowntime>;
