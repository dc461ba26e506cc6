/** The local days of a zone: their starts, and their lengths, also when the clocks change. */

import { wallAt } from './zones.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Whether a text is a date of the years 1 to 9999, `2026-11-24`. */
export function isDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  // Date.parse accepts 30 February as 2 March.
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

/** The local date, `2026-11-24`. */
export function dateAt(instant: number, zone: string): string {
  return new Date(wallAt(instant, zone)).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** The day of the week of a date, 0 to 6. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** The first instant of a date; if a clock change skips midnight, the instant of the change. */
export function startOfDate(date: string, zone: string): number {
  return instantAt(Date.parse(`${date}T00:00:00Z`), zone);
}

/**
 * The first instant with a wall time; if a clock change skips it, as much later.
 *
 * @param wall in milliseconds, as if it were UTC
 */
export function instantAt(wall: number, zone: string): number {
  const offsets = [-DAY, DAY].map((away) => wallAt(wall + away, zone) - (wall + away));
  const candidates = offsets.map((offset) => wall - offset).sort((a, b) => a - b);
  const exact = candidates.find((instant) => wallAt(instant, zone) === wall);
  return exact ?? (candidates[1] as number);
}

export interface LocalDay {
  readonly date: string;
  readonly from: number;
  readonly to: number;
  /** Hours of elapsed time: 24, but 23 or 25 when the clocks change. */
  readonly hours: number;
}

export function localDays(first: string, length: number, zone: string): LocalDay[] {
  return Array.from({ length }, (_, i) => {
    const date = addDays(first, i);
    const from = startOfDate(date, zone);
    const to = startOfDate(addDays(date, 1), zone);
    return { date, from, to, hours: (to - from) / HOUR };
  });
}

/** The wall-clock hour at each full hour of elapsed time since the day started: 0, 1, 3 … if 2 is skipped. */
export function hourMarks({ from, to }: LocalDay, zone: string): { readonly at: number; readonly hour: number }[] {
  const marks = [];
  for (let at = from; at < to; at += HOUR) marks.push({ at, hour: new Date(wallAt(at, zone)).getUTCHours() });
  return marks;
}
