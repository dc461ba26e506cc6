import { ALWAYS, type Intervals, union } from './interval.ts';
import { instantOf, wallAt, type Zone } from './zone.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Weekly business hours of many stores as columns, one entry for each row, ordered by store. `store` is an index into the
 * stores of the batch; `day` is 0 = Monday … 6 = Sunday, `NO_DAY` or `UNKNOWN_DAY`; `start` and `end` are milliseconds
 * since local midnight.
 */
export interface HoursColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly day: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** When each row is in force; without it, all of them always are. */
  readonly held?: HeldColumns | undefined;
}

/**
 * The instants `[from, until)` at which rows are in force; they may be infinite. Rows of a store that are in force at the
 * same time are adjacent: they are one version of its hours.
 */
export interface HeldColumns {
  readonly from: Float64Array;
  readonly until: Float64Array;
}

/** The day of a row that never opens. A version that is closed every day has one; a version without rows is always open. */
export const NO_DAY = 7;

/** The day of a row whose version is unknown: its hours were given but could not be read. */
export const UNKNOWN_DAY = 8;

/** From here on, an `end` means midnight: feeds write 23:59, 23:59:59 or 24:00. */
const UNTIL_MIDNIGHT = 23 * HOUR + 59 * MINUTE;

/** A row is open for at most 24 local hours, and no clock change moves a boundary by more than a day. */
const SLACK = 2 * DAY;

/**
 * The open intervals of one store as instants: the rows `[first, last)` of `hours`, repeated every week, as if they were
 * always in force. They are complete over `[from, to]` (both included) and not clipped to it. A store without rows is
 * always open.
 *
 * @param except local dates (days since 1970-01-01) on which no row begins
 */
export function openIntervals(
  hours: HoursColumns,
  first: number,
  last: number,
  zone: Zone,
  from: number,
  to: number,
  except?: ReadonlySet<number>,
): Intervals {
  if (first >= last) return ALWAYS;
  const firstDate = Math.floor((wallAt(zone, from) - SLACK) / DAY);
  const lastDate = Math.floor((wallAt(zone, to) + SLACK) / DAY);
  const pieces: number[] = [];
  for (let date = firstDate; date <= lastDate; date++) {
    if (except?.has(date)) continue;
    const weekday = weekdayOf(date);
    for (let row = first; row < last; row++) {
      if (hours.day[row] !== weekday) continue;
      // The same as `openOn`, whose call would take a tenth of the kernel's time.
      const midnight = date * DAY;
      const start = hours.start[row] as number;
      const end = endOf(start, hours.end[row] as number);
      pieces.push(instantOf(zone, midnight + start), instantOf(zone, midnight + end));
    }
  }
  return union(pieces);
}

/** Adds the opening that begins on a local date at `start` and ends at `end` to `pieces`. */
export function openOn(date: number, start: number, end: number, zone: Zone, pieces: number[]): void {
  const midnight = date * DAY;
  pieces.push(instantOf(zone, midnight + start), instantOf(zone, midnight + endOf(start, end)));
}

/** The end of a row in milliseconds since the midnight its start counts from: past 24 h when it runs overnight. */
export function endOf(start: number, end: number): number {
  if (end >= UNTIL_MIDNIGHT) return DAY;
  return end > start ? end : end + DAY;
}

/** 0 = Monday … 6 = Sunday for a date given as days since 1970-01-01, a Thursday. */
function weekdayOf(date: number): number {
  return (((date + 3) % 7) + 7) % 7;
}
