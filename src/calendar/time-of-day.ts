import { DAY, HOUR, MINUTE, SECOND } from '../domain/hours.ts';
import { TRIMMED } from '../lib/text.ts';

/** `AM`, `p.m.`, with or without a blank before it; the group is its first letter. */
const HALF = `[${TRIMMED}]*([aApP])[.]?[mM][.]?`;

/**
 * How people write a time of day, in regular expressions that JavaScript and DuckDB read alike: the SQL that reads feeds
 * is built from them. The groups of each are hours, minutes, seconds, their fraction, and the half of the day.
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
 * Milliseconds since midnight, at most 24 hours, of a trimmed text such as `09:00`, `9:00 AM`, `0900` or `24:00`; finer
 * digits are cut off. `undefined` for anything else.
 */
export function parseTimeOfDay(text: string): number | undefined {
  for (const form of FORMS) {
    const match = form.exec(text);
    if (match !== null) return timeOf(match);
  }
  return undefined;
}

function timeOf([, hours, minutes, seconds, fraction = '', half]: RegExpExecArray): number | undefined {
  const [hour, minute, second] = [Number(hours), Number(minutes || 0), Number(seconds || 0)];
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (minute >= 60 || second >= 60) return undefined;
  // The clock of twelve hours has no 0 and no 13.
  if (half && (hour < 1 || hour > 12)) return undefined;
  const hourOfDay = half ? (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : hour;
  const time = hourOfDay * HOUR + minute * MINUTE + second * SECOND + millis;
  return time <= DAY ? time : undefined;
}
