/** The fiscal calendar, as the API shows it. */

import type { FiscalCalendar } from '../../api/schema.ts';
import { addDays } from './local-days.ts';

/** Periods of the fiscal calendar that depend on when they are asked for. */
export const FISCAL_PRESETS = [
  { value: 'this-fiscal-week', words: 'This fiscal week' },
  { value: 'last-fiscal-week', words: 'Last fiscal week' },
  { value: 'this-fiscal-period', words: 'This fiscal period' },
  { value: 'last-fiscal-period', words: 'Last fiscal period' },
  { value: 'this-fiscal-quarter', words: 'This fiscal quarter' },
  { value: 'last-fiscal-quarter', words: 'Last fiscal quarter' },
  { value: 'this-fiscal-year', words: 'This fiscal year' },
  { value: 'last-fiscal-year', words: 'Last fiscal year' },
] as const;

/** Whether a period has a name of the fiscal calendar. */
export function isFiscalName(period: string): boolean {
  return /^fy\d{4}/i.test(period);
}

/** The dates of a fiscal week or period, of which the second one is not part; `undefined`: the calendar does not show it. */
export function fiscalDates(
  calendar: FiscalCalendar | null | undefined,
  name: string,
): { readonly from: string; readonly to: string } | undefined {
  const year = calendar?.fiscal_years.find((one) => name.startsWith(`${one.name}-`));
  const week = Number(/-W(\d\d)$/.exec(name)?.[1] ?? Number.NaN);
  const found = Number.isNaN(week)
    ? year?.periods.find((one) => one.name === name)
    : year && { first_day: addDays(year.first_day, 7 * (week - 1)), weeks: 1 };
  return found && { from: found.first_day, to: addDays(found.first_day, 7 * found.weeks) };
}

/**
 * The latest fiscal period that was over on a date; `undefined`: the calendar shows none.
 *
 * @param today `2026-11-28`
 */
export function lastFiscalPeriod(calendar: FiscalCalendar, today: string): string | undefined {
  return calendar.fiscal_years
    .flatMap(({ periods }) => periods)
    .filter(({ first_day: first, weeks }) => addDays(first, 7 * weeks) <= today)
    .at(-1)?.name;
}
