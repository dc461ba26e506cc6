import { DAY } from '../hours.ts';
import { civilDate, type DateRange, daysUntil, twoDigits, type Unit } from './dates.ts';

/** How the weeks of a fiscal year are divided: three periods in each quarter, or thirteen of four weeks. */
export const FISCAL_PATTERNS = ['4-4-5', '4-5-4', '5-4-4', '13x4'] as const;
export type FiscalPattern = (typeof FISCAL_PATTERNS)[number];

/** On which of the weekdays around the end of a month a fiscal year ends: its last one, or the one nearest to the end. */
export const YEAR_END_RULES = ['last', 'nearest'] as const;

/** The two kinds of years of 52 or 53 weeks that the Internal Revenue Code, section 441(f), allows. */
export interface YearEnd {
  readonly rule: (typeof YEAR_END_RULES)[number];
  /** 0 is Monday. */
  readonly weekday: number;
  /** 1 to 12. */
  readonly month: number;
}

export type FiscalWeeks = 52 | 53;

export interface FiscalYear {
  readonly year: number;
  /** Its first date, days since 1970-01-01. */
  readonly first: number;
  readonly weeks: FiscalWeeks;
}

export interface FiscalTerms {
  readonly pattern: FiscalPattern;
  /** In order without gaps, at least one; each begins when the one before ends. */
  readonly years: readonly FiscalYear[];
  /** When the other years end; the first and the last listed one agree with it. `undefined`: there are no others. */
  readonly yearEnd: YearEnd | undefined;
  /** The period that takes a 53rd week, from 1. */
  readonly longPeriod: number;
  /** The quarter that has four of thirteen periods, 1 to 4. */
  readonly longQuarter: number;
}

export const FISCAL_UNITS = ['week', 'period', 'quarter', 'year'] as const;
export type FiscalUnitName = (typeof FISCAL_UNITS)[number];

/** The number of periods in a year. */
export function periodsOf(pattern: FiscalPattern): number {
  return weeksOf(pattern).length;
}

function weeksOf(pattern: FiscalPattern): readonly number[] {
  if (pattern === '13x4') return Array<number>(13).fill(4);
  const quarter = pattern.split('-').map(Number);
  return [...quarter, ...quarter, ...quarter, ...quarter];
}

/** The last date of the fiscal year that ends around the end of a month of a calendar year. */
export function yearEndIn({ rule, weekday, month }: YearEnd, year: number): number {
  const last = daysUntil(year, month + 1, 1) - 1;
  // 1970-01-01 was a Thursday.
  const back = (((last + 3 - weekday) % 7) + 7) % 7;
  return rule === 'nearest' && back > 3 ? last + 7 - back : last - back;
}

/** The calendar year around the end of whose month a date is the end of a fiscal year; `undefined`: it is none. */
export function calendarYearOf(yearEnd: YearEnd, date: number): number | undefined {
  // The nearest weekday may be in the next month.
  const { year } = civilDate(date);
  return [year, year - 1].find((one) => yearEndIn(yearEnd, one) === date);
}

/** `FY2026`. */
export function fiscalYearName(year: number): string {
  return `FY${String(year).padStart(4, '0')}`;
}

/** A calendar of fiscal years of whole weeks. */
export class FiscalCalendar {
  readonly terms: FiscalTerms;
  readonly #firstYear: FiscalYear;
  readonly #lastYear: FiscalYear;
  /** By which the calendar year of an end is less than the fiscal year that it ends. */
  readonly #ahead: number;
  /** The weeks of a year before each of its periods, by the weeks of the year. */
  readonly #starts: Readonly<Record<FiscalWeeks, readonly number[]>>;
  readonly #units: Readonly<Record<FiscalUnitName, Unit>>;

  constructor(terms: FiscalTerms) {
    this.terms = terms;
    const { years, yearEnd } = terms;
    this.#firstYear = years[0] as FiscalYear;
    this.#lastYear = years.at(-1) as FiscalYear;
    const before = yearEnd && calendarYearOf(yearEnd, this.#firstYear.first - 1);
    this.#ahead = before === undefined ? 0 : this.#firstYear.year - 1 - before;
    this.#starts = { 52: periodStarts(terms, 52), 53: periodStarts(terms, 53) };
    const inYear = (count: number, partOf: (week: number, weeks: FiscalWeeks) => number, firstOf: typeof partOf) => ({
      numberOf: (date: number) => {
        const { year, first, weeks } = this.#around(date);
        return count * year + partOf(Math.floor((date - first) / 7), weeks);
      },
      firstDate: (number: number) => {
        const year = Math.floor(number / count);
        const found = this.#beginning(year);
        return found.first + 7 * firstOf(number - count * year, found.weeks);
      },
    });
    const periods = periodsOf(terms.pattern);
    const startOf = (period: number, weeks: FiscalWeeks) => this.#starts[weeks][period] as number;
    const periodOf = (week: number, weeks: FiscalWeeks) => this.#starts[weeks].findLastIndex((start) => start <= week);
    const quarters = quarterStarts(terms);
    this.#units = {
      // Weeks go on without a break, so that years of 53 do not matter.
      week: {
        numberOf: (date) => Math.floor((date - this.#firstYear.first) / 7),
        firstDate: (number) => this.#firstYear.first + 7 * number,
      },
      period: inYear(periods, periodOf, startOf),
      quarter: inYear(
        4,
        (week, weeks) => quarters.findLastIndex((start) => start <= periodOf(week, weeks)),
        (quarter, weeks) => startOf(quarters[quarter] as number, weeks),
      ),
      year: inYear(
        1,
        () => 0,
        () => 0,
      ),
    };
  }

  /** `undefined`: the calendar does not have this year. */
  year(year: number): FiscalYear | undefined {
    const { years, yearEnd } = this.terms;
    const listed = years[year - this.#firstYear.year];
    if (listed !== undefined || yearEnd === undefined || year < 1 || year > 9_999) return listed;
    const end = yearEndIn(yearEnd, year - this.#ahead);
    const first = yearEndIn(yearEnd, year - 1 - this.#ahead) + 1;
    return { year, first, weeks: ((end + 1 - first) / 7) as FiscalWeeks };
  }

  /** The year of a date; `undefined` likewise. */
  yearOf(date: number): FiscalYear | undefined {
    const { year, first } = this.#firstYear;
    // A fiscal year is seven days shorter or longer than another one, and of 365.2 days in the long run.
    const about = year + Math.floor((date - first) / 365.2425);
    return [about - 1, about, about + 1]
      .map((one) => this.year(one))
      .find((one) => one !== undefined && one.first <= date && date < one.first + 7 * one.weeks);
  }

  /** The unit of the calendar; only for dates that it has, and for the date after its end. */
  unit(name: FiscalUnitName): Unit {
    return this.#units[name];
  }

  /** `FY2026-W17`, `FY2026-P03`, `FY2026-Q2` or `FY2026`, by the number of the unit. */
  name(unit: FiscalUnitName, number: number): string {
    const { firstDate, numberOf } = this.#units[unit];
    const date = firstDate(number);
    const { year, first } = this.#around(date);
    const head = fiscalYearName(year);
    if (unit === 'year') return head;
    if (unit === 'week') return `${head}-W${twoDigits((date - first) / 7 + 1)}`;
    const part = number - numberOf(first) + 1;
    return unit === 'quarter' ? `${head}-Q${part}` : `${head}-P${twoDigits(part)}`;
  }

  /** The dates of a part of a year, from 1; `undefined`: the calendar does not have it. */
  datesOf(unit: FiscalUnitName, year: number, part: number): DateRange | undefined {
    const found = this.year(year);
    if (found === undefined || part < 1) return undefined;
    const { numberOf, firstDate } = this.#units[unit];
    const number = numberOf(found.first) + part - 1;
    const end = found.first + 7 * found.weeks;
    if (number > numberOf(end - 1)) return undefined;
    return { first: firstDate(number), end: firstDate(number + 1) };
  }

  /** The first and the last year; `undefined`: any year. */
  get limits(): { readonly first: FiscalYear; readonly last: FiscalYear } | undefined {
    return this.terms.yearEnd === undefined ? { first: this.#firstYear, last: this.#lastYear } : undefined;
  }

  #around(date: number): FiscalYear {
    const found = this.yearOf(date);
    if (found === undefined) throw new RangeError(`date ${date} is not in the fiscal calendar`);
    return found;
  }

  /** A year, or where the one after the last would begin. */
  #beginning(year: number): FiscalYear {
    const { year: last, first, weeks } = this.#lastYear;
    return this.year(year) ?? { year: last + 1, first: first + 7 * weeks, weeks: 52 };
  }
}

/** The weeks of a year before each of its periods. */
function periodStarts({ pattern, longPeriod }: FiscalTerms, weeks: FiscalWeeks): readonly number[] {
  let start = 0;
  return weeksOf(pattern).map((length, i) => {
    const begin = start;
    start += length + (weeks === 53 && i + 1 === longPeriod ? 1 : 0);
    return begin;
  });
}

/** The periods of a year before each of its quarters. */
function quarterStarts({ pattern, longQuarter }: FiscalTerms): readonly number[] {
  return [0, 1, 2, 3].map((quarter) => 3 * quarter + (pattern === '13x4' && quarter >= longQuarter ? 1 : 0));
}

/** How the dates of a period correspond to those of another that it is compared with. */
export interface Alignment {
  /** The dates of the period, and of the other. */
  readonly dates: DateRange;
  readonly other: DateRange;
  /** The date of the period that is compared with one of the other; `undefined`: there is none. */
  forward(date: number): number | undefined;
  /** The wall time in the other period at which as much of it is over as of the period at a wall time. */
  limit(wall: number): number;
}

/**
 * Compares each week of fiscal years with the one of the same number in the year before. A 53rd week which that year does
 * not have is compared with the week after its last one, which is the first of its own year; unless the period goes on
 * into the next year, whose first week is compared with that one.
 *
 * @param dates which the calendar has
 * @returns `undefined`: the calendar does not have the year before
 */
export function yearAgo(calendar: FiscalCalendar, dates: DateRange): Alignment | undefined {
  const yearOf = (date: number) => calendar.yearOf(date) as FiscalYear;
  const isIn = (date: number) => date >= dates.first && date < dates.end;
  /** Whether the period has dates of the next year, after some of this one. */
  const goesOn = ({ first, weeks }: FiscalYear) => isIn(first + 7 * weeks);
  if (calendar.year(yearOf(dates.first).year - 1) === undefined) return undefined;
  /** The date that one of the period is compared with; of a week that is compared with none, the next one. */
  const back = (date: number) => {
    const own = yearOf(date);
    const before = calendar.year(own.year - 1) as FiscalYear;
    const other = before.first + date - own.first;
    return other >= own.first && goesOn(own) ? own.first : other;
  };
  const forward = (date: number) => {
    const own = calendar.yearOf(date);
    if (own === undefined) return undefined;
    const days = date - own.first;
    const next = calendar.year(own.year + 1);
    const later = next !== undefined && days < 7 * next.weeks ? next.first + days : undefined;
    if (later !== undefined && isIn(later)) return later;
    const last = own.first + 52 * 7 + days;
    return own.weeks === 53 && days < 7 && isIn(last) && !goesOn(own) ? last : undefined;
  };
  const limit = (wall: number) => {
    const date = Math.min(Math.max(Math.floor(wall / DAY), dates.first), dates.end - 1);
    const other = back(date);
    return forward(other) === date ? wall + (other - date) * DAY : other * DAY;
  };
  return { dates, other: { first: back(dates.first), end: back(dates.end - 1) + 1 }, forward, limit };
}
