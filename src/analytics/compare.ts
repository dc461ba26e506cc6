import { DAY } from '../domain/hours.ts';
import { civilDate, type DateRange, dateText, daysUntil, monthOf } from '../domain/periods/dates.ts';
import { type Alignment, type FiscalCalendar, type FiscalUnitName, yearAgo } from '../domain/periods/fiscal.ts';
import { invalid } from '../lib/errors.ts';
import type { PeriodEnds } from './compute.ts';
import { reachOf, unitsBefore } from './fiscal-period.ts';
import type { Naming } from './naming.ts';

/** With which other period a period can be compared. */
export const COMPARISONS = ['previous', 'year_ago'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** The days of a year ago: whole weeks, so that weekends are compared with weekends. */
const YEAR = 52 * 7;

/**
 * The period with which one is compared. Whole months (and so quarters and years) are compared with as many whole months;
 * any other period with one of the same length, in days that are a year ago if they were 364 days earlier.
 */
export function comparedEnds(ends: PeriodEnds, comparison: Comparison): PeriodEnds {
  if (ends.kind === 'instants') {
    const shift = comparison === 'previous' ? ends.to - ends.from : YEAR * DAY;
    return { kind: 'instants', from: ends.from - shift, to: ends.to - shift };
  }
  const { first, end } = ends.dates;
  if (civilDate(first).day === 1 && civilDate(end).day === 1) {
    const months = comparison === 'previous' ? monthOf(end) - monthOf(first) : 12;
    return { kind: 'dates', dates: { first: firstOf(monthOf(first) - months), end: firstOf(monthOf(end) - months) } };
  }
  const days = comparison === 'previous' ? end - first : YEAR;
  return { kind: 'dates', dates: { first: first - days, end: end - days } };
}

/** A period that another is compared with. */
export interface OtherPeriod {
  readonly ends: PeriodEnds;
  /** How its dates correspond to those of the period; `undefined`: one by one, in their order. */
  readonly aligned?: Alignment;
}

/**
 * The period with which one of a fiscal calendar is compared: for a year ago, the weeks with the same numbers; otherwise as
 * many whole units before it.
 *
 * @param unit of which the period is made; `undefined`: it is any dates, which are divided by the calendar
 * @throws UserError `invalid_input` if the calendar does not have it
 */
export function comparedFiscal(
  dates: DateRange,
  comparison: Comparison,
  calendar: FiscalCalendar,
  unit: FiscalUnitName | undefined,
  naming: Naming,
): OtherPeriod {
  if (comparison === 'year_ago') {
    const aligned = yearAgo(calendar, dates);
    if (aligned !== undefined) return { ends: { kind: 'dates', dates: aligned.other }, aligned };
  } else if (unit === undefined) {
    return { ends: comparedEnds({ kind: 'dates', dates }, comparison) };
  } else {
    const before = unitsBefore(calendar, unit, dates);
    if (before !== undefined) return { ends: { kind: 'dates', dates: before } };
  }
  const expected = `a period that has one to compare with in the fiscal calendar, which has ${reachOf(calendar)}`;
  throw invalid(
    `${naming('compare')} is "${comparison}" beside ${dateText(dates.first)} to ${dateText(dates.end)}, expected ${expected}`,
    'compare',
  );
}

/** The first date of a month with a number as `monthOf` gives it. */
function firstOf(month: number): number {
  return daysUntil(Math.floor(month / 12), month - 12 * Math.floor(month / 12) + 1, 1);
}

/** How much earlier the other period begins, milliseconds: what is not over of one is left out of the other as well. */
export function shiftBetween(ends: PeriodEnds, other: PeriodEnds): number {
  const begin = (one: PeriodEnds) => (one.kind === 'instants' ? one.from : one.dates.first * DAY);
  return begin(ends) - begin(other);
}
