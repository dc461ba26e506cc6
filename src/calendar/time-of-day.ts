import { DAY, HOUR, MINUTE, SECOND } from '../domain/hours.ts';
import { invalid } from '../lib/errors.ts';
import { TRIMMED, trimmed } from '../lib/text.ts';

/** `AM` or `p.m.`, with or without a space before it; the group is its first letter. */
const HALF = `[${TRIMMED}]*([aApP])[.]?[mM][.]?`;

/**
 * The accepted spellings of a time of day, as regular expressions with the same meaning in JavaScript and DuckDB: the SQL of
 * the feeds is built from them. Their groups are hours, minutes, seconds, fraction and the half of the day.
 */
export const TIME_FORMS: readonly string[] = [
  // 9:00, 09:00:00.000, 9:00 AM
  String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:${HALF})?`,
  // 9.00.00: with minutes alone it might be a decimal number.
  String.raw`(\d{1,2})\.(\d\d)\.(\d\d)(?:\.(\d+))?(?:${HALF})?`,
  // 0900: three digits might be minutes since midnight.
  String.raw`(\d\d)(\d\d)()()()`,
  // 9am, 9.30 pm, 930pm
  String.raw`(\d{1,2})(?:\.?(\d\d))?()()${HALF}`,
];

const FORMS = TIME_FORMS.map((form) => new RegExp(`^${form}$`));

/**
 * Milliseconds since midnight, at most 24 hours, of a trimmed text such as `09:00`, `9:00 AM`, `0900` or `24:00`.
 * Digits beyond milliseconds are dropped. `undefined`: the text is not a time of day.
 */
export function parseTimeOfDay(text: string): number | undefined {
  for (const form of FORMS) {
    const match = form.exec(text);
    if (match !== null) return timeOf(match);
  }
  return undefined;
}

/**
 * Milliseconds since midnight of a text in one of the spellings that feeds may use.
 *
 * @param field the name of the value in error messages
 * @param latest the largest time accepted, milliseconds
 * @throws UserError `invalid_input`
 */
export function timeOfDayFrom(field: string, text: string, latest: number): number {
  const time = parseTimeOfDay(trimmed(text));
  if (time !== undefined && time <= latest) return time;
  const expected = latest === DAY ? 'from "00:00" to "24:00"' : 'such as "09:00", before "24:00"';
  throw invalid(`${field} is "${text.slice(0, 100)}", expected a time of day ${expected}`, field);
}

/** `09:00`, or `09:00:30.500` if the time has seconds or milliseconds. */
export function formatTimeOfDay(time: number): string {
  const [hours, minutes, seconds] = [Math.floor(time / HOUR), Math.floor((time % HOUR) / MINUTE), time % MINUTE];
  const short = `${two(hours)}:${two(minutes)}`;
  if (seconds === 0) return short;
  const whole = `${short}:${two(Math.floor(seconds / SECOND))}`;
  return seconds % SECOND === 0 ? whole : `${whole}.${String(seconds % SECOND).padStart(3, '0')}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function timeOf([, hours, minutes, seconds, fraction = '', half]: RegExpExecArray): number | undefined {
  const [hour, minute, second] = [Number(hours), Number(minutes || 0), Number(seconds || 0)];
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (minute >= 60 || second >= 60) return undefined;
  // A 12-hour clock has no hour 0 or 13.
  if (half && (hour < 1 || hour > 12)) return undefined;
  const hourOfDay = half ? (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : hour;
  const time = hourOfDay * HOUR + minute * MINUTE + second * SECOND + millis;
  return time <= DAY ? time : undefined;
}
