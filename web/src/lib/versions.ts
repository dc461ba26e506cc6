/** Versions of a store's hours: which is in effect, and from when they are. */

import type { Hours } from '../../api/schema.ts';
import { calendarDate, dateAndTime } from './clock.ts';
import { dateAt, startOfDate } from './local-days.ts';

export type Version = Hours['versions'][number];

/** A version that begins at a known instant. */
export type DatedVersion = Version & { readonly effective_from: NonNullable<Version['effective_from']> };

/** Whether a version is not in effect yet. */
export function isPlanned(version: Version | undefined, now: number): version is DatedVersion {
  const from = version?.effective_from ?? null;
  return from !== null && Date.parse(from.utc) > now;
}

export function isInEffect(version: Version, now: number): boolean {
  const { effective_until: until } = version;
  return !isPlanned(version, now) && (until === null || Date.parse(until.utc) > now);
}

/** The planned versions that are replaced by one that begins on a date. */
export function replacedFrom(versions: readonly Version[], date: string, zone: string, now: number): DatedVersion[] {
  const from = startOfDate(date, zone);
  return versions
    .filter((version) => isPlanned(version, now))
    .filter(({ effective_from: { utc } }) => Date.parse(utc) >= from);
}

/** The date from whose midnight on something applies, or the date and time. */
export function effectiveWords(utc: string, zone: string): string {
  const instant = Date.parse(utc);
  const date = dateAt(instant, zone);
  return startOfDate(date, zone) === instant ? calendarDate(date) : dateAndTime(instant, zone);
}
