import { DEFAULT_ZONE, zoneBetween } from '../../src/calendar/tzdb.ts';
import { FigureColumns } from '../../src/domain/figures.ts';
import { type HoursColumns, openIntervals } from '../../src/domain/hours.ts';
import type { Intervals } from '../../src/domain/interval.ts';
import { arrangePolls, type PackedPolls, type PollColumns } from '../../src/domain/polls.ts';
import { Schedule } from '../../src/domain/schedule.ts';
import { CLOSED_ALL_DAY } from '../../src/domain/special-hours.ts';
import { batchUptime } from '../../src/domain/uptime.ts';
import type { Zone } from '../../src/domain/zone.ts';

export interface HoursRow {
  readonly store: number;
  readonly day: number;
  /** Milliseconds since local midnight. */
  readonly start: number;
  readonly end: number;
  /** The range of instants in which the row applies; by default all time. */
  readonly from?: number;
  readonly until?: number;
}

export interface PollRow {
  readonly store: number;
  readonly instant: number;
  readonly active: boolean;
}

export function hoursColumns(rows: readonly HoursRow[]): HoursColumns {
  const sorted = [...rows].sort((a, b) => a.store - b.store);
  return {
    length: sorted.length,
    store: Int32Array.from(sorted, (row) => row.store),
    day: Uint8Array.from(sorted, (row) => row.day),
    start: Int32Array.from(sorted, (row) => row.start),
    end: Int32Array.from(sorted, (row) => row.end),
    // Engines omit these columns if every row applies to all time.
    ...(rows.some(({ from, until }) => from !== undefined || until !== undefined) && {
      held: {
        from: Float64Array.from(sorted, (row) => row.from ?? Number.NEGATIVE_INFINITY),
        until: Float64Array.from(sorted, (row) => row.until ?? Number.POSITIVE_INFINITY),
      },
    }),
  };
}

export function pollColumns(rows: readonly PollRow[]): PollColumns {
  return {
    length: rows.length,
    store: Int32Array.from(rows, (row) => row.store),
    instant: Float64Array.from(rows, (row) => row.instant),
    active: Uint8Array.from(rows, (row) => (row.active ? 1 : 0)),
  };
}

/** Polls as a report reads them, none of them before `from`. */
export function packPolls({ length, store, instant, active }: PollColumns, from: number): PackedPolls {
  const words = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) {
    words[2 * i] = 2 * ((instant[i] as number) - from) + (active[i] as number);
    words[2 * i + 1] = store[i] as number;
  }
  return { length, from, words };
}

/** An opening on one date, or none: closed. */
export interface SpecialRow {
  readonly store: number;
  /** Local, `2025-12-24`. */
  readonly date: string;
  readonly start?: number;
  readonly end?: number;
}

/** A former zone of a store, until an instant. */
export interface ZoneChangeRow {
  readonly store: number;
  readonly until: number;
  readonly zone: string | undefined;
}

/** The schedules of a few stores. A store without a zone name has the default zone. */
export interface FleetHours {
  readonly stores: number;
  readonly zones: ReadonlyMap<number, string>;
  readonly hours: readonly HoursRow[];
  readonly specialHours?: readonly SpecialRow[];
  readonly zoneChanges?: readonly ZoneChangeRow[];
}

export function scheduleOf(fleet: FleetHours, asOf: number): Schedule {
  const special = [...(fleet.specialHours ?? [])].sort((a, b) => a.store - b.store || (a.date < b.date ? -1 : 1));
  const changes = [...(fleet.zoneChanges ?? [])].sort((a, b) => a.store - b.store || a.until - b.until);
  const zone = (name: string | undefined) => zoneAround(name ?? DEFAULT_ZONE, asOf);
  return new Schedule({
    zones: Array.from({ length: fleet.stores }, (_, store) => zone(fleet.zones.get(store))),
    zoneChanges: {
      length: changes.length,
      store: Int32Array.from(changes, (row) => row.store),
      until: Float64Array.from(changes, (row) => row.until),
      zone: changes.map((row) => zone(row.zone)),
    },
    hours: hoursColumns(fleet.hours),
    specialHours: {
      length: special.length,
      store: Int32Array.from(special, (row) => row.store),
      date: Int32Array.from(special, (row) => Date.parse(row.date) / 86_400_000),
      start: Int32Array.from(special, (row) => row.start ?? CLOSED_ALL_DAY),
      end: Int32Array.from(special, (row) => row.end ?? CLOSED_ALL_DAY),
    },
  });
}

/** The figures of a few stores, computed by the kernel. */
export function figuresOf(fleet: FleetHours, polls: readonly PollRow[], asOf: number): FigureColumns {
  const figures = new FigureColumns(fleet.stores);
  const arranged = arrangePolls(pollColumns(polls), fleet.stores);
  batchUptime({ schedule: scheduleOf(fleet, asOf), polls: arranged }, asOf, figures, 0);
  return figures;
}

/** The same without changes of hours or zones. */
export function uptimeOf(
  stores: number,
  zones: ReadonlyMap<number, string>,
  hours: readonly HoursRow[],
  polls: readonly PollRow[],
  asOf: number,
): FigureColumns {
  return figuresOf({ stores, zones, hours }, polls, asOf);
}

/** The open intervals of the one store whose rows these are, complete over `reach` milliseconds before `asOf`. */
export function openOf(rows: readonly HoursRow[], zone: string | undefined, asOf: number, reach: number): Intervals {
  const hours = hoursColumns(rows);
  return openIntervals(hours, 0, hours.length, zoneAround(zone ?? DEFAULT_ZONE, asOf), asOf - reach, asOf);
}

const zoneCache = new Map<string, Zone>();

/** A zone over the two months before `asOf` and the days after it. */
export function zoneAround(name: string, asOf: number): Zone {
  const key = `${name} ${asOf}`;
  let zone = zoneCache.get(key);
  if (zone === undefined) {
    zone = zoneBetween(name, asOf - 60 * 86_400_000, asOf + 5 * 86_400_000);
    zoneCache.set(key, zone);
  }
  return zone;
}
