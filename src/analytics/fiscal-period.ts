import { type DateRange, dateText } from '../domain/periods/dates.ts';
import { type FiscalCalendar, type FiscalUnitName, fiscalYearName, periodsOf } from '../domain/periods/fiscal.ts';

/** What is expected where a question needs a fiscal calendar. */
export const WITH_CALENDAR = 'a fiscal calendar, and none is set';

/** A period of a fiscal calendar by its name. */
export interface FiscalPeriod {
  readonly unit: FiscalUnitName;
  /** `undefined`: the calendar does not have it. */
  datesIn(calendar: FiscalCalendar, today: () => number): DateRange | undefined;
}

/** The unit of each letter in a name. */
const UNITS: Readonly<Record<string, FiscalUnitName>> = { p: 'period', w: 'week', q: 'quarter' };

/**
 * The period of a name: `FY2026-P03`, `FY2026-W17`, `FY2026-Q2`, `FY2026`, `this-fiscal-period`, `last-fiscal-week`,
 * `last-13-fiscal-periods`; `undefined`: it is none of the fiscal calendar.
 */
export function fiscalPeriod(name: string): FiscalPeriod | undefined {
  const text = name.toLowerCase();
  const [, year, letter, digits] = /^fy(\d{4})(?:-([pw](?=\d\d$)|q(?=\d$))(\d+))?$/.exec(text) ?? [];
  if (year !== undefined) {
    const unit = letter === undefined ? 'year' : (UNITS[letter] as FiscalUnitName);
    return { unit, datesIn: (calendar) => calendar.datesOf(unit, Number(year), Number(digits ?? 1)) };
  }
  const [, which, one] = /^(this|last)-fiscal-(week|period|quarter|year)$/.exec(text) ?? [];
  if (one !== undefined) return relative(one as FiscalUnitName, 1, which === 'this' ? 0 : 1);
  const [, count, many] = /^last-([1-9]\d{0,2})-fiscal-(week|period)s$/.exec(text) ?? [];
  return many === undefined ? undefined : relative(many as FiscalUnitName, Number(count), 1);
}

/** `count` whole units that end with the one `back` units before that of today. */
function relative(unit: FiscalUnitName, count: number, back: number): FiscalPeriod {
  const datesIn = (calendar: FiscalCalendar, today: () => number) => {
    const date = today();
    if (calendar.yearOf(date) === undefined) return undefined;
    const { numberOf, firstDate } = calendar.unit(unit);
    const end = numberOf(date) + 1 - back;
    const dates = { first: firstDate(end - count), end: firstDate(end) };
    return hasDates(calendar, dates) ? dates : undefined;
  };
  return { unit, datesIn };
}

/** As many whole units before some. `undefined`: the calendar does not have them. */
export function unitsBefore(calendar: FiscalCalendar, unit: FiscalUnitName, { first, end }: DateRange) {
  const { numberOf, firstDate } = calendar.unit(unit);
  const begin = numberOf(first);
  const dates = { first: firstDate(2 * begin - numberOf(end - 1) - 1), end: first };
  return hasDates(calendar, dates) ? dates : undefined;
}

/** Whether a calendar has all of some dates. */
export function hasDates(calendar: FiscalCalendar, { first, end }: DateRange): boolean {
  return calendar.yearOf(first) !== undefined && calendar.yearOf(end - 1) !== undefined;
}

/** What a calendar has, in words: `FY2016 (from 2016-01-31) to FY2030 (until 2031-02-01), each of 12 periods and 52 or 53 weeks`. */
export function reachOf(calendar: FiscalCalendar): string {
  const { limits, terms } = calendar;
  const parts = `${periodsOf(terms.pattern)} periods and 52 or 53 weeks`;
  if (limits === undefined) return `years of ${parts}`;
  const { first, last } = limits;
  const ends = [`from ${dateText(first.first)}`, `until ${dateText(last.first + 7 * last.weeks)}`];
  return `${fiscalYearName(first.year)} (${ends[0]}) to ${fiscalYearName(last.year)} (${ends[1]}), each of ${parts}`;
}
