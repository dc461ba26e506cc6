import { DAY, HOUR, MINUTE, SECOND } from '../domain/hours.ts';
import { invalid } from '../errors.ts';

const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/;

/**
 * Milliseconds since midnight of a time of day such as `09:00` or `23:59:59.999`.
 *
 * @param latest the last that is taken, milliseconds
 * @param field what the one who gave it calls it
 * @throws UserError `invalid_input`
 */
export function timeOfDay(text: string, latest: number, field: string): number {
  const [, hours, minutes, seconds = '0', fraction = '0'] = TIME.exec(text) ?? [];
  const time =
    Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND + Number(fraction.padEnd(3, '0'));
  if (Number(minutes) < 60 && Number(seconds) < 60 && time <= latest) return time;
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
