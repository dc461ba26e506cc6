import { ALWAYS, type Intervals, union } from './interval.ts';
import { instantOf, wallAt, type Zone } from './zone.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Weekly business hours of many stores as columns, one entry a row, ordered by store. `store` is an index into the
 * stores of the batch; `day` is 0 = Monday … 6 = Sunday, or `NO_DAY`; `start` and `end` are milliseconds since local
 * midnight. A row holds at the instants `[from, until)`, which may be infinite: rows of one store with the same ones
 * are a version of its hours.
 */
export interface HoursColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly day: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly from: Float64Array;
  readonly until: Float64Array;
}

/** The day of a row that never opens: a version of nothing else is closed every day, which no rows would not say. */
export const NO_DAY = 7;

/** The columns `from` and `until` of rows that hold for ever. */
export function forEver(length: number): Pick<HoursColumns, 'from' | 'until'> {
  return {
    from: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    until: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
  };
}

/** An `end` from here on is how the feeds spell "until midnight" (23:59, 23:59:59, 24:00). */
const UNTIL_MIDNIGHT = 23 * HOUR + 59 * MINUTE;

/** A row opens for at most 24 local hours, and no clock change moves a boundary by more than a day. */
const SLACK = 2 * DAY;

/**
 * The open intervals of one store: the rows `[first, last)` of `hours`, repeated on every local date, as instants.
 * They are complete over `[from, to]` (both included) and not clipped to it. A store without rows is always open.
 */
export function openIntervals(
  hours: HoursColumns,
  first: number,
  last: number,
  zone: Zone,
  from: number,
  to: number,
): Intervals {
  if (first >= last) return ALWAYS;
  const lastDate = lastDateTo(zone, to);
  const pieces: number[] = [];
  for (let date = firstDateFrom(zone, from); date <= lastDate; date++) {
    openWeekday(hours, first, last, zone, date, pieces);
  }
  return union(pieces);
}

/** The first local date (days since 1970) on which something may begin that is still open at the instant `from`. */
export function firstDateFrom(zone: Zone, from: number): number {
  return Math.floor((wallAt(zone, from) - SLACK) / DAY);
}

/** The last local date on which something may begin that is open at the instant `to`. */
export function lastDateTo(zone: Zone, to: number): number {
  return Math.floor((wallAt(zone, to) + SLACK) / DAY);
}

/** Adds to `pieces` what the rows `[first, last)` open on a local date, each within the time that it holds. */
export function openWeekday(
  hours: HoursColumns,
  first: number,
  last: number,
  zone: Zone,
  date: number,
  pieces: number[],
): void {
  const weekday = weekdayOf(date);
  for (let row = first; row < last; row++) {
    if (hours.day[row] !== weekday) continue;
    const opens = openingOf(date, hours.start[row] as number, zone);
    const closes = closingOf(date, hours.start[row] as number, hours.end[row] as number, zone);
    const from = Math.max(opens, hours.from[row] as number);
    const until = Math.min(closes, hours.until[row] as number);
    if (from < until) pieces.push(from, until);
  }
}

/** The instant at which what begins at `start` (milliseconds since midnight) on a local date opens. */
export function openingOf(date: number, start: number, zone: Zone): number {
  return instantOf(zone, date * DAY + start);
}

/** The instant at which what is open from `start` to `end` and begins on a local date closes. */
export function closingOf(date: number, start: number, end: number, zone: Zone): number {
  return instantOf(zone, date * DAY + endOf(start, end));
}

/** The end of a row in milliseconds since the midnight its start counts from: past 24 h when it runs overnight. */
function endOf(start: number, end: number): number {
  if (end >= UNTIL_MIDNIGHT) return DAY;
  return end > start ? end : end + DAY;
}

/** 0 = Monday … 6 = Sunday for a date given as days since 1970-01-01, a Thursday. */
function weekdayOf(date: number): number {
  return (((date + 3) % 7) + 7) % 7;
}
