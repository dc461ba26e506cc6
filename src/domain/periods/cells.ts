import { DAY, HOUR } from '../hours.ts';
import { type DateRange, dateText, monthOf, monthText, twoDigits, weekOf, weekText } from './dates.ts';
import type { Alignment, FiscalCalendar } from './fiscal.ts';
import type { Division } from './slots.ts';

/** What a period can be divided by, in local time. */
export const DIVISIONS = [
  ...(['total', 'hour', 'day', 'week', 'month', 'fiscal_week', 'fiscal_period'] as const),
  ...(['hour_of_week', 'daypart'] as const),
] as const;
export type DivisionName = (typeof DIVISIONS)[number];

/** Whether a division needs a fiscal calendar. */
export function isFiscal(by: DivisionName): by is 'fiscal_week' | 'fiscal_period' {
  return by === 'fiscal_week' || by === 'fiscal_period';
}

/** A part of every day, which lasts until the next one begins; the last one lasts until the first one of the next day. */
export interface Daypart {
  readonly name: string;
  /** Milliseconds since local midnight. */
  readonly start: number;
}

/** The cells of a period, numbered from 0. */
export interface Cells extends Division {
  readonly count: number;
  /**
   * `2026-11-01T01:00` for an hour, `2026-11-01` for a day, `2026-W44` for a week, `2026-11` for a month, `FY2026-W40` for
   * a fiscal week, `FY2026-P10` for a fiscal period, `0` (Monday 00:00) to `167` for an hour of the week, the name of a
   * daypart; empty for the total.
   */
  name(cell: number): string;
}

/**
 * @param dates those of the period; other dates are in no cell
 * @param dayparts in the order of their beginnings, at least one, if the division is by them
 * @param calendar that has the dates, if the division needs it
 */
export function cellsOf(
  by: DivisionName,
  dates: DateRange,
  dayparts: readonly Daypart[] = [],
  calendar?: FiscalCalendar,
): Cells {
  const cells = isFiscal(by) ? fiscalCells(by, dates, calendar as FiscalCalendar) : CELLS[by](dates, dayparts);
  const cell = (date: number, wall: number) => (date < dates.first || date >= dates.end ? -1 : cells.cell(date, wall));
  return { ...cells, cell };
}

/** The cells of another period that is compared with one: each date is in the cell of the date that it corresponds to. */
export function alignedCells(cells: Cells, { forward }: Alignment): Cells {
  const cell = (date: number, wall: number) => {
    const own = forward(date);
    return own === undefined ? -1 : cells.cell(own, wall + (own - date) * DAY);
  };
  return { ...cells, cell };
}

/** The same cells, numbered by the place of their names in a list that has all of them. */
export function renumbered(cells: Cells, names: readonly string[]): Cells {
  const places = Array.from({ length: cells.count }, (_, cell) => names.indexOf(cells.name(cell)));
  const cell = (date: number, wall: number) => places[cells.cell(date, wall)] ?? -1;
  return { ...cells, count: names.length, cell, name: (place) => names[place] as string };
}

function fiscalCells(by: 'fiscal_week' | 'fiscal_period', { first, end }: DateRange, calendar: FiscalCalendar): Cells {
  const name = by === 'fiscal_week' ? 'week' : 'period';
  const { numberOf } = calendar.unit(name);
  const firstNumber = numberOf(first);
  return {
    count: numberOf(end - 1) - firstNumber + 1,
    times: [],
    cell: (date) => numberOf(date) - firstNumber,
    name: (cell) => calendar.name(name, firstNumber + cell),
  };
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour * HOUR);

const CELLS: Readonly<
  Record<
    Exclude<DivisionName, 'fiscal_week' | 'fiscal_period'>,
    (dates: DateRange, dayparts: readonly Daypart[]) => Cells
  >
> = {
  total: () => ({ count: 1, times: [], cell: () => 0, name: () => '' }),
  // The hour that the clock shows, on the local date: an hour that occurs twice is one cell.
  hour: ({ first, end }) => ({
    count: 24 * (end - first),
    times: HOURS,
    cell: (date, wall) => 24 * (date - first) + Math.floor(timeOfDay(wall) / HOUR),
    name: (cell) => `${dateText(first + Math.floor(cell / 24))}T${twoDigits(cell % 24)}:00`,
  }),
  day: ({ first, end }) => ({
    count: end - first,
    times: [],
    cell: (date) => date - first,
    name: (cell) => dateText(first + cell),
  }),
  week: ({ first, end }) => {
    const firstWeek = weekOf(first);
    return {
      count: weekOf(end - 1) - firstWeek + 1,
      times: [],
      cell: (date) => weekOf(date) - firstWeek,
      name: (cell) => weekText(firstWeek + cell),
    };
  },
  month: ({ first, end }) => {
    const firstMonth = monthOf(first);
    return {
      count: monthOf(end - 1) - firstMonth + 1,
      times: [],
      cell: (date) => monthOf(date) - firstMonth,
      name: (cell) => monthText(firstMonth + cell),
    };
  },
  hour_of_week: () => ({
    count: WEEK_HOURS,
    times: HOURS,
    cell: (_date, wall) => hourOfWeek(wall),
    name: String,
  }),
  daypart: (_dates, dayparts) => ({
    count: dayparts.length,
    times: dayparts.map(({ start }) => start),
    cell: (_date, wall) => {
      const time = timeOfDay(wall);
      const found = dayparts.findLastIndex(({ start }) => start <= time);
      return found < 0 ? dayparts.length - 1 : found;
    },
    name: (cell) => (dayparts[cell] as Daypart).name,
  }),
};

/** The hours of a week: 0 is Monday, 00:00 to 01:00. */
export const WEEK_HOURS = 7 * 24;

/** The hour of the week on a clock. @param wall milliseconds */
export function hourOfWeek(wall: number): number {
  // 1970-01-01 was a Thursday.
  return modulo(Math.floor(wall / HOUR) + 3 * 24, WEEK_HOURS);
}

function timeOfDay(wall: number): number {
  return modulo(wall, DAY);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
