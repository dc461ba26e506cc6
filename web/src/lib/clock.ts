/** Wall times: an instant in a zone, in the format of the viewer's locale. */

import { offsetName, VIEWER_ZONE, wallAt } from './zones.ts';

export { VIEWER_ZONE };

const TWELVE_HOURS = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 === true;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Two digits where a day has 24 hours (`09:17`), and one where it has twice 12 (`9:17 PM`). */
const HOUR: Intl.DateTimeFormatOptions = { hour: TWELVE_HOURS ? 'numeric' : '2-digit', minute: '2-digit' };

function format(instant: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (made === undefined) {
    // The wall time is computed by our own zone rules, and formatted as if it were UTC.
    made = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', ...options });
    formats.set(key, made);
  }
  return made.format(wallAt(instant, zone));
}

/** `14:03` */
export function timeOfDay(instant: number, zone: string): string {
  return format(instant, zone, HOUR);
}

export function timeWithSeconds(instant: number, zone: string): string {
  return format(instant, zone, { ...HOUR, second: '2-digit' });
}

/** `Wed, 25 Jan, 14:03` */
export function dayAndTime(instant: number, zone: string): string {
  return format(instant, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...HOUR,
  });
}

/** With the year and the offset, for tooltips. */
export function fullTime(instant: number, zone: string): string {
  const time = format(instant, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...HOUR,
    second: '2-digit',
  });
  return `${time} ${offsetName(instant, zone)}`;
}

export function dateAndTime(instant: number, zone: string): string {
  return format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric', ...HOUR });
}

export function weekday(instant: number, zone: string): string {
  return format(instant, zone, { weekday: 'short' });
}

export function dayAndMonth(instant: number, zone: string): string {
  return format(instant, zone, { day: 'numeric', month: 'short' });
}

/** A local date without a time, such as that of special hours. */
export function calendarDate(date: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return format(Date.parse(`${date}T00:00:00Z`), 'UTC', options);
}

/** Names of the weekdays, Monday first. */
export function weekdayNames(): string[] {
  const monday = Date.UTC(2024, 0, 1);
  return Array.from({ length: 7 }, (_, day) => format(monday + day * 86_400_000, 'UTC', { weekday: 'long' }));
}
