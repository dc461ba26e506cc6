import { Temporal } from 'temporal-polyfill';
import { trimmed } from '../lib/text.ts';

const WALL = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?$/;

/**
 * The wall value (milliseconds since 1970-01-01T00:00 local time) of a date and time without a zone, such as
 * `2026-11-29T02:00` or `2026-11-29T02:00:30`; `undefined` for anything else.
 */
export function parseWallTime(text: string): number | undefined {
  const [, date, time, seconds = ':00'] = WALL.exec(trimmed(text)) ?? [];
  if (date === undefined || time === undefined) return undefined;
  // A leap second would be rounded down.
  if (seconds === ':60') return undefined;
  try {
    const local = Temporal.PlainDateTime.from(`${date}T${time}${seconds}`, { overflow: 'reject' });
    return local.toZonedDateTime('UTC').epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** `2026-11-29T02:00:00`. */
export function formatWallTime(wall: number): string {
  return new Date(wall).toISOString().slice(0, 19);
}
