import { DAY } from '../domain/hours.ts';
import { shared } from '../lib/columns.ts';
import { keyRuns } from '../lib/key-runs.ts';
import type { Snapshot, StoreColumns } from '../storage/ports/snapshot.ts';
import { readScheduleRows, type ScheduleRange, type ScheduleRows } from '../stores/schedule.ts';

/** Larger fleets are read for every report, so that what is kept stays below some 50 MB. */
const MOST_STORES = 250_000;

type Instants = Pick<ScheduleRange, 'from' | 'to'>;

/** The stores of a report. */
export interface Fleet {
  readonly stores: StoreColumns;
  /** Their schedules: those of the keys with `firstKey ≤ key < endKey`, complete over the time of the report. */
  rows(firstKey: number, endKey: number): Promise<ScheduleRows>;
}

/**
 * All stores and their schedules, kept from one report to the next: they are the same until a store changes, or the
 * reports are about other days.
 */
export class FleetCache {
  #kept: { readonly revision: number; readonly days: Instants; readonly fleet: Fleet } | undefined;

  /** The fleet of a snapshot, for a report about the instants `[from, to]`. */
  async fleet(snapshot: Snapshot, range: Instants): Promise<Fleet> {
    const revision = await snapshot.storesRevision();
    const days = { from: Math.floor(range.from / DAY) * DAY, to: Math.ceil(range.to / DAY) * DAY };
    const kept = this.#kept;
    if (kept?.revision === revision && kept.days.from === days.from && kept.days.to === days.to) return kept.fleet;
    this.#kept = undefined;
    const stores = await snapshot.stores();
    if (stores.ids.length > MOST_STORES) return readAnew(snapshot, stores, range);
    const [keys = { first: 0, end: 0 }] = keyRuns(stores.keys, 1);
    const all = inSharedMemory(await readScheduleRows(snapshot, keys.first, keys.end, days));
    const fleet: Fleet = { stores, rows: async (first, end) => rowsOf(all, first - keys.first, end - keys.first) };
    this.#kept = { revision, days, fleet };
    return fleet;
  }
}

/** A fleet whose schedules are read when they are needed. */
export function readAnew(snapshot: Snapshot, stores: StoreColumns, range: Instants): Fleet {
  return { stores, rows: (first, end) => readScheduleRows(snapshot, first, end, range) };
}

/** With what the kernel takes as it is in memory that its threads can read. */
function inSharedMemory({ zoneChanges, hours, specialHours }: ScheduleRows): ScheduleRows {
  const { held } = hours;
  return {
    zoneChanges: { ...zoneChanges, until: shared(zoneChanges.until) },
    hours: {
      ...{ ...hours, day: shared(hours.day), start: shared(hours.start), end: shared(hours.end) },
      held: held && { from: shared(held.from), until: shared(held.until) },
    },
    specialHours: {
      ...specialHours,
      ...{ date: shared(specialHours.date), start: shared(specialHours.start), end: shared(specialHours.end) },
    },
  };
}

/** The rows of the stores with `first ≤ index < end`, counted from `first`. */
function rowsOf({ zoneChanges, hours, specialHours }: ScheduleRows, first: number, end: number): ScheduleRows {
  const changes = piece(zoneChanges.store, first, end);
  const weekly = piece(hours.store, first, end);
  const special = piece(specialHours.store, first, end);
  const { held } = hours;
  return {
    zoneChanges: {
      ...{ length: changes.store.length, store: changes.store, until: changes.of(zoneChanges.until) },
      zones: zoneChanges.zones.slice(changes.from, changes.to),
    },
    hours: {
      ...{ length: weekly.store.length, store: weekly.store, day: weekly.of(hours.day) },
      ...{ start: weekly.of(hours.start), end: weekly.of(hours.end) },
      held: held && { from: weekly.of(held.from), until: weekly.of(held.until) },
    },
    specialHours: {
      ...{ length: special.store.length, store: special.store, date: special.of(specialHours.date) },
      ...{ start: special.of(specialHours.start), end: special.of(specialHours.end) },
    },
  };
}

/** The rows of the stores with `first ≤ index < end`, in a table that is ordered by store. */
function piece(stores: Int32Array, first: number, end: number) {
  const [from, to] = [rowOf(stores, first), rowOf(stores, end)];
  return {
    ...{ from, to },
    store: stores.slice(from, to).map((store) => store - first),
    of: <T extends Int32Array | Float64Array | Uint8Array>(column: T) => column.subarray(from, to) as T,
  };
}

/** The first row of a store with this index or a greater one. */
function rowOf(stores: Int32Array, index: number): number {
  let [low, high] = [0, stores.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stores[middle] as number) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
