import { isDate } from '../calendar/tzdb.ts';
import { dateNumber, dateText } from '../domain/periods/dates.ts';
import {
  calendarYearOf,
  FISCAL_PATTERNS,
  FiscalCalendar,
  type FiscalWeeks,
  type FiscalYear,
  fiscalYearName,
  periodsOf,
  YEAR_END_RULES,
  type YearEnd,
  yearEndIn,
} from '../domain/periods/fiscal.ts';
import { checkAll } from '../lib/checks.ts';
import { invalid, type UserError } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';

/** A fiscal calendar as people write it, by the names of the API. */
export interface GivenCalendar {
  readonly pattern: string;
  readonly years: readonly GivenYear[];
  readonly year_end?: { readonly rule: string; readonly weekday: string; readonly month: number } | null | undefined;
  readonly long_period?: number | undefined;
  readonly long_quarter?: number | undefined;
}

export interface GivenYear {
  readonly year: number;
  /** Only the first one needs it. */
  readonly first_day?: string | undefined;
  /** 52 if not given, or as `year_end` says. */
  readonly weeks?: number | undefined;
}

/** The most years that are listed. */
export const MOST_YEARS = 200;

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** @throws UserError `invalid_input` with everything that is wrong; `field` is its path */
export function calendarFrom(given: GivenCalendar): FiscalCalendar {
  const { pattern, yearEnd } = checkAll({
    pattern: () => choiceOf('pattern', given.pattern, FISCAL_PATTERNS),
    yearEnd: () => yearEndFrom(given.year_end ?? undefined),
  });
  const periods = periodsOf(pattern);
  const { years, longPeriod, longQuarter } = checkAll({
    years: () => yearsFrom(given.years, yearEnd),
    longPeriod: () => numberOf('long_period', given.long_period ?? periods, 1, periods),
    longQuarter: () => longQuarterFrom(given.long_quarter, pattern),
  });
  return new FiscalCalendar({ pattern, years, yearEnd, longPeriod, longQuarter });
}

/** What a file can have besides, since responses of the API do. */
const READ_ONLY = ['fiscal_years', 'author', 'changed_at'];
const FIELDS: readonly (keyof GivenCalendar)[] = ['pattern', 'years', 'year_end', 'long_period', 'long_quarter'];

/** A calendar as the text of a JSON file. @throws UserError `invalid_input` with everything that is wrong */
export function givenInJson(text: string): GivenCalendar {
  const example = '{"pattern": "4-5-4", "years": [{"year": 2026, "first_day": "2026-02-01"}]}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is not JSON (${(error as Error).message}), expected an object such as ${example}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`it is not an object, expected one such as ${example}`);
  }
  const other = Object.keys(value).find((name) => ![...FIELDS, ...READ_ONLY].includes(name));
  if (other !== undefined) throw invalid(`it has "${excerpt(other)}", expected only ${FIELDS.join(', ')}`);
  calendarFrom(value as GivenCalendar);
  return value as GivenCalendar;
}

/** The same by the names of the API, complete. */
export function givenOf({ terms }: FiscalCalendar) {
  const { pattern, years, yearEnd, longPeriod, longQuarter } = terms;
  return {
    pattern,
    years: years.map(({ year, first, weeks }) => ({ year, first_day: dateText(first), weeks })),
    year_end: yearEnd
      ? { rule: yearEnd.rule, weekday: WEEKDAYS[yearEnd.weekday] as (typeof WEEKDAYS)[number], month: yearEnd.month }
      : null,
    long_period: longPeriod,
    ...(pattern === '13x4' && { long_quarter: longQuarter }),
  };
}

function choiceOf<T extends string>(field: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw wrong(field, value, `one of ${choices.join(', ')}`);
}

function numberOf(field: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(field, value, `a whole number from ${least} to ${most}`);
}

function longQuarterFrom(given: number | undefined, pattern: string): number {
  if (given === undefined) return 4;
  if (pattern !== '13x4')
    throw wrong('long_quarter', given, 'the pattern 13x4 beside it; other quarters have three periods');
  return numberOf('long_quarter', given, 1, 4);
}

function yearEndFrom(given: GivenCalendar['year_end'] | undefined): YearEnd | undefined {
  if (given === undefined) return undefined;
  const { rule, weekday, month } = checkAll({
    rule: () => choiceOf('year_end.rule', given?.rule, YEAR_END_RULES),
    weekday: () => choiceOf('year_end.weekday', given?.weekday, WEEKDAYS),
    month: () => numberOf('year_end.month', given?.month, 1, 12),
  });
  return { rule, weekday: WEEKDAYS.indexOf(weekday), month };
}

function yearsFrom(given: readonly GivenYear[], yearEnd: YearEnd | undefined): readonly FiscalYear[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_YEARS) {
    throw wrong('years', Array.isArray(given) ? `${given.length} years` : given, `a list of 1 to ${MOST_YEARS} years`);
  }
  const years: FiscalYear[] = [];
  for (const [i, one] of (given as readonly GivenYear[]).entries()) years.push(yearFrom(one, i, years.at(-1), yearEnd));
  return years;
}

function yearFrom(
  given: GivenYear,
  i: number,
  before: FiscalYear | undefined,
  yearEnd: YearEnd | undefined,
): FiscalYear {
  const at = (field: keyof GivenYear) => `years.${i}.${field}`;
  const year = numberOf(at('year'), given?.year, 1, 9_999);
  if (before !== undefined && year !== before.year + 1) {
    const name = fiscalYearName(before.year);
    throw wrong(
      at('year'),
      year,
      `${before.year + 1}, since the year before it in the list is ${name}: a list has no gaps`,
    );
  }
  const next = before && before.first + 7 * before.weeks;
  const first = firstDayFrom(at('first_day'), given.first_day, before, next);
  const start = yearEnd && calendarYearOf(yearEnd, first - 1);
  if (before === undefined && yearEnd !== undefined && start === undefined) {
    const [end, other] = nearbyEnds(yearEnd, first);
    const expected = `the day after a fiscal year ends by year_end, such as ${dateText(end + 1)} or ${dateText(other + 1)}`;
    throw wrong(at('first_day'), given.first_day, expected);
  }
  return { year, first, weeks: weeksFrom(at('weeks'), given.weeks, first, yearEnd, start) };
}

function firstDayFrom(
  field: string,
  text: string | undefined,
  before: FiscalYear | undefined,
  next: number | undefined,
): number {
  if (text === undefined && next !== undefined) return next;
  if (typeof text !== 'string' || !isDate(text))
    throw wrong(field, text, 'the first date of the year, such as 2026-02-01');
  const first = dateNumber(text);
  if (before === undefined || next === undefined || first === next) return first;
  const { first: begin, weeks, year } = before;
  const days = first - begin;
  const which = days % 7 !== 0 ? 'is on another weekday' : first > next ? 'leaves a gap' : 'overlaps';
  const expected = `${dateText(next)}: ${fiscalYearName(year)} begins on ${dateText(begin)} and has ${weeks} weeks, so this one ${which}`;
  throw wrong(field, text, expected);
}

function weeksFrom(
  field: string,
  given: number | undefined,
  first: number,
  yearEnd: YearEnd | undefined,
  start: number | undefined,
): FiscalWeeks {
  if (given !== undefined && given !== 52 && given !== 53) throw wrong(field, given, '52 or 53');
  const byRule =
    yearEnd === undefined || start === undefined ? undefined : (yearEndIn(yearEnd, start + 1) + 1 - first) / 7;
  if (byRule === undefined || given === undefined || given === byRule) return (given ?? byRule ?? 52) as FiscalWeeks;
  throw wrong(field, given, `${byRule}, since by year_end the year ends on ${dateText(first + 7 * byRule - 1)}`);
}

/** The ends of fiscal years around a date. */
function nearbyEnds(yearEnd: YearEnd, date: number): readonly [number, number] {
  const year = Number(dateText(date).slice(0, 4));
  const ends = [year - 1, year, year + 1].map((one) => yearEndIn(yearEnd, one));
  ends.sort((a, b) => Math.abs(a - date) - Math.abs(b - date));
  return [ends[0] as number, ends[1] as number];
}

function wrong(field: string, value: unknown, expected: string): UserError {
  const shown = typeof value === 'string' ? `"${excerpt(value)}"` : excerpt(JSON.stringify(value) ?? 'missing');
  return invalid(`${field} is ${shown}, expected ${expected}`, field);
}
