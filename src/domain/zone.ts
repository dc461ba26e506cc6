/**
 * A time zone as the list of its offsets over a stretch of time. Making one is the business of whoever has a time
 * zone database; the kernel only does arithmetic on it.
 *
 * A *wall* value is a local date and time written as milliseconds, as if it were UTC: the number of milliseconds
 * from 1970-01-01T00:00 on the clock on the wall.
 */
export interface Zone {
  readonly name: string;
  /** The instants at which an offset begins to hold, ascending; the first is −∞. */
  readonly starts: readonly number[];
  /** Local time minus UTC in milliseconds, one for each entry of `starts`. */
  readonly offsets: readonly number[];
}

/** CLDR's name of the unknown zone: of a store whose zone was given but could not be read. */
export const UNKNOWN_ZONE = 'Etc/Unknown';

/** What the clock on the wall shows at an instant, as a wall value. */
export function wallAt(zone: Zone, instant: number): number {
  let i = zone.starts.length - 1;
  while (i > 0 && instant < (zone.starts[i] as number)) i--;
  return instant + (zone.offsets[i] as number);
}

/**
 * The instant of a wall-clock time, by the rule that RFC 5545 (3.3.5) and Temporal (`disambiguation: 'compatible'`)
 * share: a time that occurs twice means its first occurrence, a time that a clock change skips moves forward by the
 * length of the gap. This is the one place where wall time becomes an instant.
 */
export function instantOf(zone: Zone, wall: number): number {
  const { starts, offsets } = zone;
  const last = starts.length - 1;
  for (let i = 0; i < last; i++) {
    const instant = wall - (offsets[i] as number);
    // Still before the change when the clock shows this time: the first occurrence, if there are two.
    if (instant < (starts[i + 1] as number)) return instant;
    // Already past this wall time when the new offset begins: it was skipped. Reading it with the offset before the
    // change lands as far behind the gap as it stood inside it.
    if (wall - (offsets[i + 1] as number) < (starts[i + 1] as number)) return instant;
  }
  return wall - (offsets[last] as number);
}
