import { type Static, Type } from 'typebox';
import { formatTimeOfDay, timeOfDayFrom } from '../../calendar/time-of-day.ts';
import { DAY } from '../../domain/hours.ts';
import { overlappingPairs } from '../../domain/overlap.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { checkAll, checkEach } from '../../lib/checks.ts';
import { UserError } from '../../lib/errors.ts';
import type { KnownWeek, Opening, WeekRow as WeekRecord } from '../../storage/ports/schedules.ts';

/** Longer than any spelling of a time of day. */
const TIME_LENGTH = 40;

const Start = Type.String({ maxLength: TIME_LENGTH, description: 'local time', examples: ['09:00'] });
const End = Type.String({
  maxLength: TIME_LENGTH,
  description: 'local time; if it is not after the start, on the next date',
  examples: ['17:00'],
});

const WeekRow = Type.Object(
  { day: Type.Integer({ minimum: 0, maximum: 6, description: '0: Monday … 6: Sunday' }), start: Start, end: End },
  { additionalProperties: false, title: 'WeekRow' },
);

export const OpeningRow = Type.Object({ start: Start, end: End }, { additionalProperties: false, title: 'Opening' });

export const WeekHours = Type.Union([Type.Literal('always'), Type.Array(WeekRow, { maxItems: 168 })], {
  title: 'WeekHours',
  description: '`always`: open 24/7; no rows: closed every day',
});

export function openingBody({ start, end }: Opening): Static<typeof OpeningRow> {
  return { start: formatTimeOfDay(start), end: formatTimeOfDay(end) };
}

/** @throws UserError `invalid_input` if a time is invalid, or if rows overlap */
export function weekFrom(hours: Static<typeof WeekHours>): KnownWeek {
  if (hours === 'always') return hours;
  const week = rowsFrom(hours, 'hours');
  refuseOverlaps(week, 'hours');
  return week;
}

/**
 * Rows as they are given. They may be those of a feed, and overlap.
 *
 * @param field their place in the request
 * @throws UserError `invalid_input` at all times that are invalid
 */
export function rowsFrom(rows: readonly Static<typeof WeekRow>[], field: string): WeekRecord[] {
  return checkEach(
    rows.map(({ day, ...row }, i) => () => ({ day, ...openingFrom(row, `${field}.${i}`) })),
  );
}

/** The openings of one date. @throws UserError `invalid_input` if a time is invalid, or if openings overlap */
export function openingsFrom(rows: readonly Static<typeof OpeningRow>[]): Opening[] {
  const openings = checkEach(rows.map((row, i) => () => openingFrom(row, `hours.${i}`)));
  refuseOverlapsOf(
    openings.map((opening) => ({ day: 0, ...opening })),
    'hours',
    spanOf,
  );
  return openings;
}

function openingFrom({ start, end }: Static<typeof OpeningRow>, field: string): Opening {
  return checkAll({
    start: () => timeOfDayFrom(`${field}.start`, start, DAY - 1),
    end: () => timeOfDayFrom(`${field}.end`, end, DAY),
  });
}

/**
 * Feeds may have overlapping rows, which are one opening. If a person or program sets hours, one of the two is a mistake.
 *
 * @param field the place of the rows in the request
 * @throws UserError `invalid_input` at both rows of each pair that overlaps
 */
export function refuseOverlaps(week: KnownWeek, field: string): void {
  if (week !== 'always') refuseOverlapsOf(week, field, (row) => `${WEEKDAYS[row.day]} ${spanOf(row)}`);
}

function refuseOverlapsOf(rows: readonly WeekRecord[], field: string, describe: (row: WeekRecord) => string): void {
  const pairs = overlappingPairs(rows).slice(0, LIMITS.complaints / 2);
  if (pairs.length === 0) return;
  const words = (i: number) => describe(rows[i] as WeekRecord);
  const named = (i: number) => `${field}.${i} (${words(i)})`;
  const fault = (at: number, other: number) => ({ field: `${field}.${at}`, message: `overlaps ${words(other)}` });
  throw new UserError('invalid_input', pairs.map(([a, b]) => `${named(b)} overlaps ${named(a)}`).join('; '), {
    faults: pairs.flatMap(([a, b]) => [fault(a, b), fault(b, a)]),
  });
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function spanOf({ start, end }: Opening): string {
  return `${formatTimeOfDay(start)}–${formatTimeOfDay(end)}`;
}
