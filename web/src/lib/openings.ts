import type { HoursVersion, SpecialHours } from '../../api/schema.ts';
import { weekdayOf } from './local-days.ts';

/** Openings for editing, with times of day in the format of `<input type="time">`. */
export interface Opening {
  readonly start: string;
  readonly end: string;
}

/** `09:00`, with seconds unless they are zero; midnight at the end of a day is `00:00` of the next. */
export function typed(time: string): string {
  const short = time.replace(/^(\d\d:\d\d):00(\.0+)?$/, '$1');
  return short === '24:00' ? '00:00' : short;
}

/** An opening in words: `09:00 – 17:00`, `around the clock`, or with the next day's end marked. */
export function inWords({ start, end }: Opening): string {
  const [from, to] = [typed(start), typed(end)];
  if (from === to) return from === '00:00' ? 'all day' : `${from} – ${to} next day`;
  if (to === '00:00' || to >= '23:59') return `${from} – midnight`;
  return to < from ? `${from} – ${to} next day` : `${from} – ${to}`;
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
  return hours.filter((row) => row.day === day).toSorted((a, b) => (a.start < b.start ? -1 : 1));
}
