import { type HoursColumns, openIntervals } from '../../src/domain/hours.ts';
import type { Intervals } from '../../src/domain/interval.ts';
import { arrangePolls, type PollColumns } from '../../src/domain/polls.ts';
import { batchUptime, UptimeFigures } from '../../src/domain/uptime.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { DEFAULT_ZONE, zoneBetween } from '../../src/tzdb.ts';

export interface HoursRow {
  readonly store: number;
  readonly day: number;
  /** Milliseconds since local midnight. */
  readonly start: number;
  readonly end: number;
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

/** The figures of a few stores, straight through the kernel. A store without a zone name has the default zone. */
export function uptimeOf(
  stores: number,
  zones: ReadonlyMap<number, string>,
  hours: readonly HoursRow[],
  polls: readonly PollRow[],
  asOf: number,
): UptimeFigures {
  const figures = new UptimeFigures(stores);
  const batch = {
    stores,
    zones: Array.from({ length: stores }, (_, store) => zoneAround(zones.get(store) ?? DEFAULT_ZONE, asOf)),
    hours: hoursColumns(hours),
    polls: arrangePolls(pollColumns(polls), stores),
  };
  batchUptime(batch, asOf, figures, 0);
  return figures;
}

/** The open intervals of the one store whose rows these are, complete over `reach` milliseconds before `asOf`. */
export function openOf(rows: readonly HoursRow[], zone: string | undefined, asOf: number, reach: number): Intervals {
  const hours = hoursColumns(rows);
  return openIntervals(hours, 0, hours.length, zoneAround(zone ?? DEFAULT_ZONE, asOf), asOf - reach, asOf);
}

const zoneCache = new Map<string, Zone>();

/** A zone over the month before `asOf` and the days after it. */
export function zoneAround(name: string, asOf: number): Zone {
  const key = `${name} ${asOf}`;
  let zone = zoneCache.get(key);
  if (zone === undefined) {
    zone = zoneBetween(name, asOf - 30 * 86_400_000, asOf + 5 * 86_400_000);
    zoneCache.set(key, zone);
  }
  return zone;
}
