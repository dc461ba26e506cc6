import { DAY, HOUR, MINUTE, SECOND } from '../domain/hours.ts';
import { invalid } from '../lib/errors.ts';
import { trimmed } from '../lib/text.ts';
import { parseTimeOfDay } from './time-of-day.ts';

/**
 * Milliseconds since midnight of a time of day, in any of the spellings that feeds may have.
 *
 * @param latest the last that is taken, milliseconds
 * @param field what the one who gave it calls it
 * @throws UserError `invalid_input`
 */
export function timeOfDay(text: string, latest: number, field: string): number {
  const time = parseTimeOfDay(trimmed(text));
  if (time !== undefined && time <= latest) return time;
  const expected = latest === DAY ? 'from "00:00" to "24:00"' : 'such as "09:00", before "24:00"';
  throw invalid(`${field} is "${text.slice(0, 100)}", expected a time of day ${expected}`, field);
}

/** `09:00`, with seconds and milliseconds where there are any. */
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
