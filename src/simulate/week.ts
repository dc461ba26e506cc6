import { DAY, HOUR, type HoursColumns, MINUTE, SECOND } from '../domain/hours.ts';
import type { Random } from './random.ts';

/** One row of the business hours: `day` 0 = Monday … 6 = Sunday, times in milliseconds since local midnight. */
export interface OpeningRow {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

/** A stretch of service in hours since local midnight; past 24 it runs into the next date. */
type Shift = readonly [from: number, to: number];

const [MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY] = [0, 1, 4, 5, 6];
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];

/** Nights end at 4 o'clock at the latest, before any store opens. */
const LATEST = 28;

/**
 * The business hours of a store, spelled as the feeds spell them: a store that never closes often has no rows at all,
 * no row runs past midnight (the rest of the night is a row of the next day), and "until midnight" is 23:59:59 or
 * 23:59:00. The rows are ordered by day and start.
 */
export function drawWeek(random: Random): readonly OpeningRow[] {
  const midnight = random.chance(0.6) ? DAY - SECOND : DAY - MINUTE;
  const rows: OpeningRow[] = [];
  for (const [day, shifts] of drawDays(random).entries()) {
    for (const [from, to] of shifts) {
      rows.push({ day, start: from * HOUR, end: to < 24 ? to * HOUR : midnight });
      if (to > 24) rows.push({ day: (day + 1) % 7, start: 0, end: (to - 24) * HOUR });
    }
  }
  return rows.sort((a, b) => a.day - b.day || a.start - b.start);
}

/** The rows of one store as the kernel reads them. */
export function hoursOf(week: readonly OpeningRow[]): HoursColumns {
  return {
    length: week.length,
    store: new Int32Array(week.length),
    day: Uint8Array.from(week, (row) => row.day),
    start: Int32Array.from(week, (row) => row.start),
    end: Int32Array.from(week, (row) => row.end),
  };
}

/** `HH:MM:SS` for milliseconds since midnight. */
export function timeOfDay(time: number): string {
  const second = time / SECOND;
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** The shifts of the seven days, Monday first. */
function drawDays(random: Random): readonly (readonly Shift[])[] {
  const kind = random.weighted([
    ['no rows', 20],
    ['every hour', 11],
    ['day', 43],
    ['split', 8],
    ['night', 18],
  ]);
  if (kind === 'no rows') return [];
  if (kind === 'every hour') return WEEKDAYS.map(() => [[0, 24]]);
  const shifts = drawShifts(kind, random);
  const varies = random.chance(0.35);
  const later = varies ? random.pick([0.5, 1, 1.5, 2]) : 0;
  const sundayLater = varies && random.chance(0.5) ? 1 : 0;
  const closed = drawClosedDays(random);
  return WEEKDAYS.map((day) => {
    if (closed.includes(day)) return [];
    if (day === FRIDAY || day === SATURDAY) return prolonged(shifts, later);
    return day === SUNDAY ? shifts.map(([from, to]): Shift => [from + sundayLater, to]) : shifts;
  });
}

function drawShifts(kind: 'day' | 'split' | 'night', random: Random): readonly Shift[] {
  switch (kind) {
    case 'day':
      return [[random.pick([6, 7, 8, 10, 10.5, 11, 11, 11, 11.5, 12]), random.pick([19, 20, 20.5, 21, 21.5, 22, 23])]];
    case 'night':
      return [[random.pick([6, 10, 11, 11, 12, 16, 17]), random.pick([24, 24, 24, 25, 25, 26, 26, 27, LATEST])]];
    case 'split':
      return [
        [random.pick([11, 11.5, 12]), random.pick([14, 14.5, 15])],
        [random.pick([16.5, 17, 17.5, 18]), random.pick([21, 22, 22.75, 24, 25])],
      ];
  }
}

function drawClosedDays(random: Random): readonly number[] {
  const days = random.weighted([
    [0, 84],
    [1, 12],
    [2, 4],
  ]);
  if (days === 0) return [];
  const first = random.pick([MONDAY, SUNDAY]);
  return days === 1 ? [random.chance(0.2) ? TUESDAY : first] : [first, first === SUNDAY ? MONDAY : TUESDAY];
}

/** The same day with its last shift ending `hours` later. */
function prolonged(shifts: readonly Shift[], hours: number): readonly Shift[] {
  return shifts.map(([from, to], i) => [from, i === shifts.length - 1 ? Math.min(to + hours, LATEST) : to]);
}
