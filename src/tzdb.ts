import { Temporal } from 'temporal-polyfill';
import type { Zone } from './domain/zone.ts';

/** The zone of a store that names none. */
export const DEFAULT_ZONE = 'America/Chicago';

/**
 * The IANA spelling of a zone name (`america/new_york` → `America/New_York`), or `undefined` when the time zone
 * database of this Node has no such zone. Fixed offsets (`+05:00`) are no zones: they know no clock changes.
 */
export function zoneName(text: string): string | undefined {
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

/**
 * The offsets of a zone that hold somewhere in `[from, to]` (instants in milliseconds).
 *
 * @throws RangeError when there is no such zone
 */
export function zoneBetween(name: string, from: number, to: number): Zone {
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(name);
  const starts = [Number.NEGATIVE_INFINITY];
  const offsets = [at.offsetNanoseconds / 1e6];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > to) return { name, starts, offsets };
    at = next;
    starts.push(at.epochMilliseconds);
    offsets.push(at.offsetNanoseconds / 1e6);
  }
}

/** The local date at an instant: `2023-01-22`. */
export function localDate(instant: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The instant at which a local date begins: its midnight, or the first instant after it where the clock skips that. */
export function startOfDate(date: string, zone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
}

/** Whether it is a date of the calendar, such as `2023-01-22`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}
