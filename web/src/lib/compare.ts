import { dateAt, instantAt, type LocalDay, weekdayOf } from './local-days.ts';
import { wallAt } from './zones.ts';

/** The part of a local day that is compared; milliseconds. */
export interface ComparedDay {
  readonly date: string;
  readonly from: number;
  readonly to: number;
}

export interface Comparison {
  /** The days of the two periods with the same weekdays, as far as both are compared. */
  readonly first: readonly ComparedDay[];
  readonly second: readonly ComparedDay[];
  /** The number of weekdays left out, since the store was not polled before one of the two began. */
  readonly beforeFirstPoll: number;
  /** The instant whose time of day ends the last day, which is not over; `undefined`: all days are whole. */
  readonly until: number | undefined;
}

/**
 * Pairs the days of two periods that begin on the same weekday. The day that is not over is compared up to the same time
 * of day, and only days that began after the first poll are compared.
 *
 * @param asOf the displayed instant
 * @param firstPoll the first poll ever; `undefined`: none
 */
export function compareDays(
  first: readonly LocalDay[],
  second: readonly LocalDay[],
  zone: string,
  asOf: number,
  firstPoll: number | undefined,
): Comparison {
  const today = dateAt(asOf, zone);
  const timeOfDay = wallAt(asOf, zone) - Date.parse(`${today}T00:00:00Z`);
  const pairs: { readonly first: ComparedDay; readonly second: ComparedDay }[] = [];
  let beforeFirstPoll = 0;
  let until: number | undefined;
  for (const [i, a] of first.entries()) {
    const b = second[i];
    if (b === undefined || weekdayOf(a.date) !== weekdayOf(b.date)) continue;
    if (firstPoll === undefined || Math.min(a.from, b.from) < firstPoll) {
      beforeFirstPoll++;
      continue;
    }
    const isOver = a.to <= asOf && b.to <= asOf;
    if (!isOver) until = asOf;
    const part = (day: LocalDay): ComparedDay => ({
      date: day.date,
      from: day.from,
      to: isOver ? day.to : instantAt(Date.parse(`${day.date}T00:00:00Z`) + timeOfDay, zone),
    });
    pairs.push({ first: part(a), second: part(b) });
  }
  return {
    first: pairs.map((pair) => pair.first),
    second: pairs.map((pair) => pair.second),
    beforeFirstPoll,
    until,
  };
}

/** The latest date up to `date` with the weekday of another one. */
export function sameWeekday(date: string, as: string): string {
  const back = (weekdayOf(date) - weekdayOf(as) + 7) % 7;
  return new Date(Date.parse(`${date}T00:00:00Z`) - back * 86_400_000).toISOString().slice(0, 10);
}
