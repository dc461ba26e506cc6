import { offsetAt, zoneBetween } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import { instantOf, type Zone } from '../domain/zone.ts';
import type { Digest } from '../storage/ports/contact-points.ts';

const WEEK = 7;
/** 1970-01-01 was a Thursday; weekdays begin with Monday. */
const FIRST_WEEKDAY = 3;

/**
 * The latest digest that is due at an instant, as the period that it covers: from the time of the one before, in
 * milliseconds; `undefined`: none was due since it was set up. After a clock change it is due at the same wall time.
 */
export function dueDigest(
  { time, day, since }: Digest,
  zone: string,
  now: number,
): { readonly from: number; readonly until: number } | undefined {
  const today = Math.floor((now + offsetAt(zone, now)) / DAY);
  const every = day === undefined ? 1 : WEEK;
  const rules = zoneBetween(zone, now - (2 * WEEK + 1) * DAY, now + DAY);
  const dateBefore = (date: number) => (day === undefined ? date : date - weekdaysSince(day, date));
  const latest = dateBefore(today);
  const until = [latest, latest - every].map((date) => dueOn(date, time, rules)).find((instant) => instant <= now);
  if (until === undefined || until <= since) return undefined;
  const date = Math.floor((until + offsetAt(zone, until)) / DAY);
  return { from: dueOn(date - every, time, rules), until };
}

/** How many days before a date the last such weekday was; 0: it is one. */
function weekdaysSince(day: number, date: number): number {
  return (((date + FIRST_WEEKDAY - day) % WEEK) + WEEK) % WEEK;
}

function dueOn(date: number, time: number, zone: Zone): number {
  return instantOf(zone, date * DAY + time);
}
