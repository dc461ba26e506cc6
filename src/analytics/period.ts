import { instantFrom, parseInstant } from '../calendar/instant.ts';
import { isDate } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import {
  civilDate,
  type DateRange,
  dateNumber,
  daysUntil,
  mondayOf,
  monthOf,
  type Unit,
  weekOf,
} from '../domain/periods/dates.ts';
import type { FiscalCalendar, FiscalUnitName } from '../domain/periods/fiscal.ts';
import { invalid } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';
import { fiscalPeriod, reachOf, WITH_CALENDAR } from './fiscal-period.ts';
import type { Naming } from './naming.ts';

/** A period as people write it: a name, or both ends. */
export interface GivenPeriod {
  readonly period?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a text asks for: dates, some of which depend on the date on which it is asked; or instants. */
export type AskedPeriod =
  | {
      readonly kind: 'dates';
      readonly name: string | undefined;
      /** The unit of the fiscal calendar that the period is made of; `undefined`: it does not depend on one. */
      readonly fiscal?: FiscalUnitName | undefined;
      /** @param calendar needed if the period is fiscal. @throws UserError `invalid_input` if it does not have the period */
      datesOn(today: Today, calendar?: FiscalCalendar): DateRange;
    }
  | { readonly kind: 'instants'; readonly from: number; readonly to: number };

/** Finds the date on which it is asked, days since 1970-01-01, which takes some time. */
export type Today = () => number;

/** The longest period, days: ten years. */
const LONGEST = 3_660;

const EXPECTED =
  'a day such as 2026-11-28, a week such as 2026-W48, a month such as 2026-11, a quarter such as 2026-Q4, a year such as 2026, today, yesterday, this-week, last-week (or month, quarter, year), last-30-days (or weeks, months; at most ten years), or of the fiscal calendar FY2026-P03, FY2026-W17, FY2026-Q2, FY2026, this-fiscal-period, last-fiscal-period (or week, quarter, year) or last-13-fiscal-periods (or weeks)';

/** @throws UserError `invalid_input` */
export function periodFrom({ period, from, to }: GivenPeriod, naming: Naming): AskedPeriod {
  if (period === undefined) return rangeFrom(from, to, naming);
  const other = from === undefined ? 'to' : 'from';
  if (from !== undefined || to !== undefined) {
    throw invalid(
      `${naming('period')} is "${excerpt(period)}" beside ${naming(other)}, expected either ${naming('period')}, or ${naming('from')} and ${naming('to')}`,
      'period',
    );
  }
  const fiscal = fiscalPeriod(period);
  if (fiscal !== undefined) {
    const wrong = (expected: string) =>
      invalid(`${naming('period')} is "${excerpt(period)}", expected ${expected}`, 'period');
    return {
      ...{ kind: 'dates', name: period, fiscal: fiscal.unit },
      datesOn: (today, calendar) => {
        if (calendar === undefined) throw wrong(WITH_CALENDAR);
        const dates = fiscal.datesIn(calendar, today);
        if (dates === undefined) throw wrong(`a period of the fiscal calendar, which has ${reachOf(calendar)}`);
        if (dates.end - dates.first > LONGEST) throw wrong(`at most ${LONGEST} days`);
        return dates;
      },
    };
  }
  const datesOn = named(period.toLowerCase());
  if (datesOn === undefined)
    throw invalid(`${naming('period')} is "${excerpt(period)}", expected ${EXPECTED}`, 'period');
  return { kind: 'dates', name: period, datesOn };
}

function rangeFrom(from: string | undefined, to: string | undefined, naming: Naming): AskedPeriod {
  if (from === undefined || to === undefined) {
    const given = from ?? to;
    const what =
      given === undefined
        ? 'no period is given'
        : `${naming(from === undefined ? 'to' : 'from')} is "${excerpt(given)}" alone`;
    throw invalid(`${what}, expected ${naming('period')}, or ${naming('from')} and ${naming('to')}`, 'period');
  }
  const [first, end] = [boundary('from', from, naming), boundary('to', to, naming)];
  if (first.isDate !== end.isDate) {
    throw invalid(
      `${naming('to')} is "${excerpt(to)}", expected ${first.isDate ? 'a date' : 'an instant'} like ${naming('from')}`,
      'to',
    );
  }
  if (end.at <= first.at) {
    const expected = `${first.isDate ? 'a date' : 'an instant'} after ${naming('from')}, "${from}"`;
    throw invalid(`${naming('to')} is "${to}", expected ${expected}; the end is not part of the period`, 'to');
  }
  const days = (end.at - first.at) / DAY;
  if (days > LONGEST) {
    throw invalid(`${naming('to')} is "${to}", expected at most ${LONGEST} days after ${naming('from')}`, 'to');
  }
  if (!first.isDate) return { kind: 'instants', from: first.at, to: end.at };
  const dates = { first: first.at / DAY, end: end.at / DAY };
  return { kind: 'dates', name: undefined, datesOn: () => dates };
}

function boundary(field: 'from' | 'to', text: string, naming: Naming): { isDate: boolean; at: number } {
  if (isDate(text)) return { isDate: true, at: dateNumber(text) * DAY };
  const at = parseInstant(text);
  if (at !== undefined) return { isDate: false, at };
  const expected = 'a date such as 2026-11-28, or an instant such as 2026-11-28T18:00:00Z';
  throw invalid(`${naming(field)} is "${excerpt(text)}", expected ${expected}`, field);
}

/** @throws UserError `invalid_input` */
export function instantGiven(field: string, text: string, naming: Naming): number {
  try {
    return instantFrom(naming(field), text);
  } catch (error) {
    throw invalid((error as Error).message, field);
  }
}

const MONTH: Unit = { numberOf: monthOf, firstDate: (month) => daysUntil(Math.floor(month / 12), (month % 12) + 1, 1) };
export const UNITS: Readonly<Record<'day' | 'week' | 'month' | 'quarter' | 'year', Unit>> = {
  day: { numberOf: (date) => date, firstDate: (date) => date },
  week: { numberOf: weekOf, firstDate: (week) => 7 * week - 3 },
  month: MONTH,
  quarter: {
    numberOf: (date) => Math.floor(monthOf(date) / 3),
    firstDate: (quarter) => MONTH.firstDate(3 * quarter),
  },
  year: { numberOf: (date) => civilDate(date).year, firstDate: (year) => daysUntil(year, 1, 1) },
};

/** Whether dates are exactly one unit. */
export function isWhole({ numberOf, firstDate }: Unit, { first, end }: DateRange): boolean {
  const number = numberOf(first);
  return firstDate(number) === first && firstDate(number + 1) === end;
}

/** `count` whole units that end with the one `back` units before that of today. */
function relative(unit: Unit, count: number, back: number): (today: Today) => DateRange {
  return (today) => {
    const end = unit.numberOf(today()) + 1 - back;
    return { first: unit.firstDate(end - count), end: unit.firstDate(end) };
  };
}

function named(text: string): ((today: Today) => DateRange) | undefined {
  if (text === 'today') return relative(UNITS.day, 1, 0);
  if (text === 'yesterday') return relative(UNITS.day, 1, 1);
  const [, which, unit] = /^(this|last)-(week|month|quarter|year)$/.exec(text) ?? [];
  if (unit !== undefined) return relative(UNITS[unit as keyof typeof UNITS], 1, which === 'this' ? 0 : 1);
  const [, count, units] = /^last-([1-9]\d{0,3})-(day|week|month)s$/.exec(text) ?? [];
  if (units !== undefined) {
    const found = relative(UNITS[units as keyof typeof UNITS], Number(count), 1);
    const { first, end } = found(() => 0);
    return end - first > LONGEST ? undefined : found;
  }
  const dates = fixed(text);
  return dates && (() => dates);
}

function fixed(text: string): DateRange | undefined {
  if (isDate(text)) return { first: dateNumber(text), end: dateNumber(text) + 1 };
  const [, year = '', unit = '', number = ''] = /^(\d{4})(?:-([qw]?)(\d{1,2}))?$/.exec(text) ?? [];
  if (year === '' || Number(year) < 1) return undefined;
  const [y, n] = [Number(year), Number(number)];
  if (number === '') return { first: daysUntil(y, 1, 1), end: daysUntil(y + 1, 1, 1) };
  if (unit === 'q') {
    return number.length === 1 && n >= 1 && n <= 4
      ? { first: daysUntil(y, 3 * n - 2, 1), end: daysUntil(y, 3 * n + 1, 1) }
      : undefined;
  }
  if (number.length !== 2 || n === 0) return undefined;
  if (unit === '') return n <= 12 ? { first: daysUntil(y, n, 1), end: daysUntil(y, n + 1, 1) } : undefined;
  const first = mondayOf(y, n);
  return first < mondayOf(y + 1, 1) ? { first, end: first + 7 } : undefined;
}
