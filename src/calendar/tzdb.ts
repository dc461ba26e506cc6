import { LRUCache } from 'lru-cache';
import { Temporal } from 'temporal-polyfill';
import { DAY } from '../domain/hours.ts';
import { instantOf, UNKNOWN_ZONE, wallAt, type Zone } from '../domain/zone.ts';
import { isOld, OLD_AFTER_MONTHS } from './version.ts';
import { readTimeZones, type TimeZones, type ZoneRelease } from './zones.ts';

export { SOURCE_KINDS } from './source.ts';
export type { ZoneRelease };

/** The zone of a store without one. */
export const DEFAULT_ZONE = 'America/Chicago';

let zones: TimeZones | undefined;

function timeZones(): TimeZones {
  zones ??= readTimeZones(undefined);
  return zones;
}

/**
 * Chooses the rules for the rest of the process, before anything asks for a zone.
 *
 * @param folder the operator's compiled time zones, used if they are the newest
 * @throws UserError `invalid_input` when the folder cannot be read
 */
export function useTimeZones(folder: string | undefined): void {
  zones = readTimeZones(folder);
  stretches.clear();
}

/** Which rules are in use. */
export function zoneRelease(): ZoneRelease {
  return timeZones().release;
}

/** A warning about outdated rules, for people; `undefined`: they are recent. */
export function zoneWarning(now: number): string | undefined {
  const { version, kind } = zoneRelease();
  if (!isOld(version, now)) return undefined;
  return `the time zone rules (${version}, ${kind}) are older than ${OLD_AFTER_MONTHS} months`;
}

/**
 * The IANA spelling of a zone name (`america/new_york` → `America/New_York`), or `undefined` if there is no such zone.
 * Fixed offsets (`+05:00`) are not zones: they have no clock changes.
 */
export function zoneName(text: string): string | undefined {
  return /^[A-Za-z]/.test(text) ? timeZones().nameOf(text) : undefined;
}

/** All zone names in IANA spelling, including old ones, sorted. */
export function zoneNames(): readonly string[] {
  return timeZones().names;
}

/** The zone in which times of a store are shown: UTC while its own is unknown. */
export function shownZone(name: string): string {
  return name === UNKNOWN_ZONE ? 'UTC' : name;
}

/**
 * The offsets of a zone that apply somewhere in `[from, to]` (instants in milliseconds); for the unknown zone, those of
 * UTC.
 *
 * @throws RangeError when there is no such zone
 */
export function zoneBetween(name: string, from: number, to: number): Zone {
  return { name, ...timeZones().offsetsBetween(shownZone(name), from, to) };
}

/** The local date at an instant: `2023-01-22`. */
export function localDate(instant: number, zone: string): string {
  const wall = Math.floor(instant + offsetAt(zone, instant));
  return Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDate().toString();
}

/** The instant at which a local date begins: its midnight, or the first instant after it if the clock skips midnight. */
export function startOfDate(date: string, zone: string): number {
  const midnight = Temporal.PlainDate.from(date).toZonedDateTime('UTC').epochMilliseconds;
  const around = zoneBetween(zone, midnight - 2 * DAY, midnight + 2 * DAY);
  const instant = instantOf(around, midnight);
  if (wallAt(around, instant) === midnight) return instant;
  return around.starts.findLast((start) => start <= instant) as number;
}

/** The instant at which the local date of an instant ends. */
export function endOfLocalDate(instant: number, zone: string): number {
  return startOfDate(Temporal.PlainDate.from(localDate(instant, zone)).add({ days: 1 }).toString(), zone);
}

/** Whether a text is a valid date such as `2023-01-22`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}

/** Offsets are looked up once for each period of this length. */
const STRETCH = 366 * DAY;
/** The number of cached periods: there are about 400 zones, and most lookups fall into one period. */
const CACHED_STRETCHES = 2_000;
const stretches = new LRUCache<string, Zone>({ max: CACHED_STRETCHES });

/**
 * How far the clock of a zone is ahead of UTC at an instant, milliseconds.
 *
 * @throws RangeError when there is no such zone
 */
export function offsetAt(name: string, instant: number): number {
  const number = Math.floor(instant / STRETCH);
  const key = `${number} ${name}`;
  let zone = stretches.get(key);
  if (zone === undefined) {
    zone = zoneBetween(name, number * STRETCH, (number + 1) * STRETCH);
    stretches.set(key, zone);
  }
  return wallAt(zone, instant) - instant;
}
