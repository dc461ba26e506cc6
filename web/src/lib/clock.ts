/**
 * Wall times: an instant in a zone. The viewer's locale decides everywhere whether a day has 24 hours or twice 12, and,
 * if it is English, on the format; the words of a date are English, like the page.
 */

import { offsetName, VIEWER_ZONE, wallAt } from './zones.ts';

export { VIEWER_ZONE };

const TWELVE_HOURS = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 === true;

/** `undefined`: that of the viewer. */
const LOCALE = /^en\b/i.test(Intl.DateTimeFormat().resolvedOptions().locale) ? undefined : 'en-GB';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Two digits where a day has 24 hours (`09:17`), and one where it has twice 12 (`9:17 PM`). */
const TIME: Intl.DateTimeFormatOptions = {
  ...{ hour: TWELVE_HOURS ? 'numeric' : '2-digit', minute: '2-digit' },
  ...(LOCALE !== undefined && { hour12: TWELVE_HOURS }),
};

function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (made === undefined) {
    // The wall time is computed by our own zone rules, and formatted as if it were UTC.
    made = new Intl.DateTimeFormat(LOCALE, { timeZone: 'UTC', ...options });
    formats.set(key, made);
  }
  return made;
}

function format(instant: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  return formatOf(options).format(wallAt(instant, zone));
}

/** `14:03` */
export function timeOfDay(instant: number, zone: string): string {
  return format(instant, zone, TIME);
}

export function timeWithSeconds(instant: number, zone: string): string {
  return format(instant, zone, { ...TIME, second: '2-digit' });
}

/** `Wed 14:03` */
export function weekdayAndTime(instant: number, zone: string): string {
  return `${weekday(instant, zone)} ${timeOfDay(instant, zone)}`;
}

/** `Wed, 25 Jan, 14:03` */
export function dayAndTime(instant: number, zone: string): string {
  return format(instant, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...TIME,
  });
}

/** `25 Jan 2026, 14:03` */
export function dateAndTime(instant: number, zone: string): string {
  return format(instant, zone, { day: 'numeric', month: 'short', year: 'numeric', ...TIME });
}

const SPELLINGS = {
  time: timeOfDay,
  seconds: timeWithSeconds,
  weekday: weekdayAndTime,
  day: dayAndTime,
  date: dateAndTime,
} as const;

export type Spelling = keyof typeof SPELLINGS;

/** An instant as it stands in a table whose header names the zone: `Wed, 25 Jan, 14:03`. */
export function inZone(instant: number, zone: string, spelling: Spelling): string {
  return SPELLINGS[spelling](instant, zone);
}

/** An instant with its offset, as it stands everywhere else: `Wed, 25 Jan, 14:03 UTC−6`. */
export function withOffset(instant: number, zone: string, spelling: Spelling): string {
  return `${inZone(instant, zone, spelling)} ${offsetName(instant, zone)}`;
}

/** With the year and the offset, for tooltips. */
export function fullTime(instant: number, zone: string): string {
  const time = format(instant, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...TIME,
    second: '2-digit',
  });
  return `${time} ${offsetName(instant, zone)}`;
}

/**
 * A time of day of the API as the clock of the page shows it, to the second or millisecond only if it has any.
 *
 * @param time `09:00`, `23:59:59`, `23:59:59.999` or `24:00`
 */
export function timeText(time: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const wall = hours * HOUR + minutes * MINUTE + Math.round(seconds * 1_000);
  return formatOf({
    ...TIME,
    ...(wall % MINUTE !== 0 && { second: '2-digit' as const }),
    ...(wall % 1_000 !== 0 && { fractionalSecondDigits: 3 as const }),
  }).format(wall);
}

/**
 * A message of the server with its times of day, such as `overlaps 09:00–17:00`, as the clock of the page shows them.
 * From 23:59 on, an end means midnight.
 */
export function withTimeTexts(message: string): string {
  return message
    .replaceAll(/–(?:24:00|23:59(?::\d\d(?:\.\d+)?)?)(?![\d:])/g, ' – midnight')
    .replaceAll(/\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b/g, timeText);
}

/** An hour on an axis: `15` or `3 PM`. The end of the day, 24, is `24` or `12 AM`. */
export function hourText(hour: number): string {
  if (hour === 24 && !TWELVE_HOURS) return '24';
  // Some languages add a word or a sign to an hour, which an axis leaves out.
  return formatOf({ hour: TIME.hour })
    .formatToParts(hour * HOUR)
    .filter(({ type }) => type === 'hour' || type === 'dayPeriod')
    .map(({ value }) => value)
    .join(' ');
}

/** The number of an hour, as short as it can be, where an axis says more: `15` or `3`. */
export function hourNumber(hour: number): string {
  return String(TWELVE_HOURS ? hour % 12 || 12 : hour);
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

/** `Oct 2026`, for `2026-10`. */
export function monthAndYear(month: string): string {
  return format(Date.parse(`${month}-01T00:00:00Z`), 'UTC', { month: 'short', year: 'numeric' });
}

/** Names of the weekdays, Monday first. */
export function weekdayNames(): string[] {
  const monday = Date.UTC(2024, 0, 1);
  return Array.from({ length: 7 }, (_, day) => format(monday + day * 86_400_000, 'UTC', { weekday: 'long' }));
}
