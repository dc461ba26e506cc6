/**
 * A time zone as the list of its offsets over a stretch of time. The kernel does arithmetic on it; the calendar makes it
 * from a time zone database.
 *
 * A *wall* value is a local date and time in milliseconds as if it were UTC, counted from 1970-01-01T00:00 local time.
 */
export interface Zone {
  readonly name: string;
  /** The instants from which the offsets are in force, ascending; the first is −∞. */
  readonly starts: readonly number[];
  /** Local time minus UTC in milliseconds, one for each entry of `starts`. */
  readonly offsets: readonly number[];
}

/** CLDR's name for an unknown zone, used for a store whose zone was given but could not be read. */
export const UNKNOWN_ZONE = 'Etc/Unknown';

/** The wall value of an instant. */
export function wallAt(zone: Zone, instant: number): number {
  let i = zone.starts.length - 1;
  while (i > 0 && instant < (zone.starts[i] as number)) i--;
  return instant + (zone.offsets[i] as number);
}

/**
 * The instant of a wall value, by the rule of RFC 5545 (3.3.5) and Temporal (`disambiguation: 'compatible'`): a time that
 * occurs twice means its first occurrence, a time that a clock change skips moves forward by the length of the gap. This
 * is the only place where wall time becomes an instant.
 */
export function instantOf(zone: Zone, wall: number): number {
  const { starts, offsets } = zone;
  const last = starts.length - 1;
  for (let i = 0; i < last; i++) {
    const instant = wall - (offsets[i] as number);
    // Before the change, so this is the first occurrence if there are two.
    if (instant < (starts[i + 1] as number)) return instant;
    // The change skips this wall time. With the offset before the change it moves forward by the length of the gap.
    if (wall - (offsets[i + 1] as number) < (starts[i + 1] as number)) return instant;
  }
  return wall - (offsets[last] as number);
}
