import { Temporal } from 'temporal-polyfill';
import { invalid } from './errors.ts';

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::[0-5]\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * Milliseconds since 1970-01-01T00:00Z of an instant such as `2023-01-22T12:09:39.388Z`, the same with an offset, or
 * as the feeds write it, `2023-01-22 12:09:39.388884 UTC`; finer digits are cut off. `undefined` for anything else:
 * a date and time without `Z`, `UTC` or an offset is no instant.
 */
export function parseInstant(text: string): number | undefined {
  const [, date, time, zone] = INSTANT.exec(text.trim()) ?? [];
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
 * The same for a value that a user gave.
 *
 * @param name what the user calls it, such as `--as-of`
 * @throws UserError `invalid_input`
 */
export function instantFrom(name: string, text: string): number {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw invalid(`${name} is "${text.slice(0, 100)}", expected an instant such as "2023-01-25T18:13:22.479Z"`, name);
}

/** RFC 3339 with milliseconds: `2023-01-22T12:09:39.388Z`. */
export function formatInstant(instant: number): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toString({ fractionalSecondDigits: 3 });
}

/** The same instant on the clock of a zone: `2023-01-22T06:09:39.388-06:00`. */
export function formatLocal(instant: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return local.toString({ fractionalSecondDigits: 3, timeZoneName: 'never' });
}

/** A date given as days since 1970-01-01: `2023-01-22`. */
export function formatDate(days: number): string {
  return Temporal.PlainDate.from('1970-01-01').add({ days }).toString();
}
