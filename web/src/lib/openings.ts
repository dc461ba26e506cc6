import type { HoursVersion, SpecialHours, VersionHours, WeekHours } from '../../api/schema.ts';
import { timeText } from './clock.ts';
import { weekdayOf } from './local-days.ts';

/** An opening while it is edited: times of day as the API has them, `09:00`, `23:59:59` or `24:00`. */
export interface Opening {
  readonly start: string;
  readonly end: string;
}

const DAYS = 7;

/** From 23:59 on, an end means midnight, as in the reports. */
export function endsAtMidnight(end: string): boolean {
  return end === '00:00' || end >= '23:59';
}

/** An end as an `<input type="time">` shows it: those that only stand for midnight as `00:00`. */
export function shownEnd(end: string): string {
  return end > '23:59' ? '00:00' : end;
}

/** How an end differs from a time on the same day; empty: not at all. */
export function endNote({ start, end }: Opening): '' | 'midnight' | 'next day' {
  if (end === '') return '';
  if (endsAtMidnight(end)) return 'midnight';
  return end <= start ? 'next day' : '';
}

/** An opening in words: `09:00 – 17:00`, `Open 24 hours`, or with the next day's end marked. */
export function inWords(opening: Opening): string {
  const { start, end } = opening;
  const note = endNote(opening);
  if (note === 'midnight') return start === '00:00' ? 'Open 24 hours' : `${timeText(start)} – midnight`;
  return [timeText(start), '–', timeText(end), note].filter(Boolean).join(' ');
}

/** The openings of each weekday, by start; none if the hours are unknown. */
export function openingsOf(hours: VersionHours): Opening[][] {
  return Array.from({ length: DAYS }, (_, day) => {
    if (hours === 'always') return [{ start: '00:00', end: '00:00' }];
    if (hours === 'unknown') return [];
    return hours
      .filter((row) => row.day === day)
      .map(({ start, end }) => ({ start, end }))
      .toSorted((a, b) => (a.start < b.start ? -1 : 1));
  });
}

/** Hours as the API takes them. Seven whole days are open 24/7. */
export function weekOf(days: readonly (readonly Opening[])[]): WeekHours {
  const always = days.every(
    ([first, ...rest]) =>
      rest.length === 0 && first?.start === '00:00' && (first.end === '00:00' || first.end === '24:00'),
  );
  return always ? 'always' : days.flatMap((openings, day) => openings.map((opening) => ({ day, ...opening })));
}

/**
 * The openings that begin on a local date, as the store's hours at an instant say.
 *
 * @param versions in order, without gaps
 * @param special those of this date, if there are any
 */
export function openingsOn(
  date: string,
  at: number,
  versions: readonly HoursVersion[],
  special: SpecialHours | undefined,
): 'always' | 'unknown' | readonly Opening[] {
  if (special !== undefined) return special.closed ? [] : special.hours;
  const inForce = versions.findLast(({ effective_from: from }) => from === null || Date.parse(from.utc) <= at);
  const hours = inForce?.hours ?? 'always';
  if (hours === 'always' || hours === 'unknown') return hours;
  // Weekdays of hours begin with Monday.
  const day = (weekdayOf(date) + 6) % 7;
  return openingsOf(hours)[day] ?? [];
}
