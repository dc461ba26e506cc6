/** A date of the Gregorian calendar; `month` is 1 to 12. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Dates as days since 1970-01-01, of which the second is not included. */
export interface DateRange {
  readonly first: number;
  readonly end: number;
}

/** A unit of the calendar: the number of that in which a date lies, and the first date of one. */
export interface Unit {
  numberOf(date: number): number;
  firstDate(number: number): number;
}

/** Days in four centuries, and from 0000-03-01 to 1970-01-01. */
const CYCLE = 146_097;
const EPOCH = 719_468;

/**
 * The date of a number of days since 1970-01-01. Years are counted from March, so that the leap day is their last one
 * (H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
 */
export function civilDate(days: number): CivilDate {
  const shifted = days + EPOCH;
  const cycle = Math.floor(shifted / CYCLE);
  const dayOfCycle = shifted - cycle * CYCLE;
  const yearOfCycle = Math.floor(
    (dayOfCycle - Math.floor(dayOfCycle / 1_460) + Math.floor(dayOfCycle / 36_524) - Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day };
}

/** The number of days from 1970-01-01 to a date (`days_from_civil` of the same source); `month` may be any integer. */
export function daysUntil(year: number, month: number, day: number): number {
  const fromMarch = 12 * year + month - 3;
  const years = Math.floor(fromMarch / 12);
  const cycle = Math.floor(years / 400);
  const yearOfCycle = years - cycle * 400;
  const dayOfYear = Math.floor((153 * (fromMarch - 12 * years) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * CYCLE + dayOfCycle - EPOCH;
}

/** The days since 1970-01-01 of a valid date, `2026-11-01`. */
export function dateNumber(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return daysUntil(year, month, day);
}

/** The number of the week of a date; weeks begin on Mondays, and that of 1970-01-01 is 0. */
export function weekOf(date: number): number {
  return Math.floor((date + 3) / 7);
}

/** The Monday of a week of a year by ISO 8601: a week belongs to the year of its Thursday. */
export function mondayOf(year: number, week: number): number {
  // The fourth of January is in week 1.
  return 7 * (weekOf(daysUntil(year, 1, 4)) + week - 1) - 3;
}

/** `2026-11-01`. */
export function dateText(date: number): string {
  const { year, month, day } = civilDate(date);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** The ISO week with a number as `weekOf` gives it: `2026-W44`. */
export function weekText(week: number): string {
  const { year } = civilDate(7 * week);
  return `${year}-W${twoDigits((7 * week - 3 - mondayOf(year, 1)) / 7 + 1)}`;
}

/** The number of the month of a date. */
export function monthOf(date: number): number {
  const { year, month } = civilDate(date);
  return 12 * year + month - 1;
}

/** The month with a number as `monthOf` gives it: `2026-11`. */
export function monthText(month: number): string {
  return `${Math.floor(month / 12)}-${twoDigits((month % 12) + 1)}`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
