import { Temporal } from 'temporal-polyfill';
import { invalid } from '../lib/errors.ts';
import { trimmed } from '../lib/text.ts';
import { offsetAt } from './tzdb.ts';

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::[0-5]\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * Milliseconds since 1970-01-01T00:00Z of an instant such as `2023-01-22T12:09:39.388Z`, the same with an offset, or
 * as in feeds, `2023-01-22 12:09:39.388884 UTC`; digits beyond milliseconds are dropped. `undefined` for anything else,
 * such as a date and time without `Z`, `UTC` or an offset.
 */
export function parseInstant(text: string): number | undefined {
  const [, date, time, zone] = INSTANT.exec(trimmed(text)) ?? [];
  if (date === undefined || time === undefined || zone === undefined) return undefined;
  try {
    const { epochNanoseconds } = Temporal.Instant.from(
      `${date}T${time.replace(/(\.\d{9})\d+$/, '$1')}${zone.toUpperCase() === 'UTC' ? 'Z' : zone}`,
    );
    const cut = epochNanoseconds / 1_000_000n;
    return Number(epochNanoseconds < cut * 1_000_000n ? cut - 1n : cut);
  } catch {
    return undefined;
  }
}

/**
 * Parses an instant that a user gave.
 *
 * @param name of the value, such as `--as-of`
 * @throws UserError `invalid_input`
 */
export function instantFrom(name: string, text: string): number {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw invalid(`${name} is "${text.slice(0, 100)}", expected an instant such as "2023-01-25T18:13:22.479Z"`, name);
}

/** RFC 3339 with milliseconds, or half milliseconds if there are any: `2023-01-22T12:09:39.388Z`. */
export function formatInstant(instant: number): string {
  const whole = Math.floor(instant);
  // A timeline has hundreds of instants, and Date is about fifty times as fast as Temporal.
  const text = new Date(whole).toISOString();
  return instant === whole ? text : text.replace('Z', '5Z');
}

/** The same for JSON, which has no `undefined`. */
export function instantOrNull(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : formatInstant(milliseconds);
}

/** The same instant on a clock that is `offset` milliseconds ahead of UTC: `2023-01-22T06:09:39.388-06:00`. */
export function formatAhead(instant: number, offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const digits = (value: number) => String(value).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
  return formatInstant(instant + offset).replace('Z', zone);
}

/** The same instant on the clock of a zone: `2023-01-22T06:09:39.388-06:00`. */
export function formatLocal(instant: number, zone: string): string {
  return formatAhead(instant, offsetAt(zone, instant));
}

/** A date given as days since 1970-01-01: `2023-01-22`. */
export function formatDate(days: number): string {
  return Temporal.PlainDate.from('1970-01-01').add({ days }).toString();
}
