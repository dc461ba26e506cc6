import { DAY, HOUR, MINUTE } from '../domain/hours.ts';

/** When a clock changes every year: a date of the year, and a wall time of it, milliseconds since its midnight. */
interface YearlyChange {
  /** The day, as a wall value of its midnight. */
  day(year: number): number;
  readonly time: number;
}

/** The offsets that apply forever, in milliseconds ahead of UTC. */
export interface PosixRule {
  readonly standard: number;
  readonly summer?: { readonly offset: number; readonly begins: YearlyChange; readonly ends: YearlyChange };
}

const NAME = '(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)';
const TIME = '([+-]?\\d{1,3}(?::\\d\\d){0,2})';
const CHANGE = `(M\\d\\d?\\.\\d\\.\\d|J?\\d{1,3})(?:/${TIME})?`;
const RULE = new RegExp(`^${NAME}${TIME}(?:${NAME}${TIME}?,${CHANGE},${CHANGE})?$`);

/**
 * The rule at the end of a TZif file, such as `EST5EDT,M3.2.0,M11.1.0` (POSIX `TZ`, with the times of RFC 9636 3.3.1).
 *
 * @throws RangeError when it cannot be read
 */
export function parsePosixRule(text: string): PosixRule {
  const match = RULE.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a rule such as "EST5EDT,M3.2.0,M11.1.0"`);
  const [, standardText = '', summerText, beginDay, beginTime, endDay, endTime] = match;
  const standard = 0 - timeOf(standardText);
  if (beginDay === undefined || endDay === undefined) return { standard };
  const offset = summerText === undefined ? standard + HOUR : 0 - timeOf(summerText);
  return { standard, summer: { offset, begins: change(beginDay, beginTime), ends: change(endDay, endTime) } };
}

/** An instant and the offset from then on. */
export interface Change {
  readonly start: number;
  readonly offset: number;
}

/** The changes of a year and the offsets after them, ascending. */
export function changesOf(rule: PosixRule, year: number): readonly Change[] {
  if (rule.summer === undefined) return [];
  const { offset, begins, ends } = rule.summer;
  const changes = [
    { start: begins.day(year) + begins.time - rule.standard, offset },
    { start: ends.day(year) + ends.time - offset, offset: rule.standard },
  ];
  return changes.sort((a, b) => a.start - b.start);
}

function timeOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return (text.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE + seconds * 1_000);
}

function change(text: string, time = '2'): YearlyChange {
  return { day: dayOf(text), time: timeOf(time) };
}

function dayOf(text: string): YearlyChange['day'] {
  if (text.startsWith('M')) {
    const [month = 1, week = 1, weekday = 0] = text.slice(1).split('.').map(Number);
    return (year) => nthWeekday(year, month, week, weekday);
  }
  if (!text.startsWith('J')) return (year) => Date.UTC(year, 0, 1 + Number(text));
  // Counts as if 29 February did not exist: 2001 has none.
  const { month, date } = monthAndDate(Date.UTC(2001, 0, Number(text.slice(1))));
  return (year) => Date.UTC(year, month, date);
}

function monthAndDate(day: number): { readonly month: number; readonly date: number } {
  const at = new Date(day);
  return { month: at.getUTCMonth(), date: at.getUTCDate() };
}

/** @param week 1 to 4; 5: the last one of the month */
function nthWeekday(year: number, month: number, week: number, weekday: number): number {
  const first = Date.UTC(year, month - 1, 1);
  const nth = first + (((weekday - new Date(first).getUTCDay() + 7) % 7) + 7 * (week - 1)) * DAY;
  return nth >= Date.UTC(year, month, 1) ? nth - 7 * DAY : nth;
}
