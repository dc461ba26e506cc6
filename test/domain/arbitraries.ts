import fc from 'fast-check';
import type { HoursRow } from '../support/fleet.ts';
import { clock, DAY, MINUTE, SECOND } from './reference.ts';

/** Every zone that this Node lists, and a few of the old names that data still carries. */
export const ZONES: readonly string[] = [
  ...new Set([
    ...Intl.supportedValuesOf('timeZone'),
    ...['US/Central', 'US/Pacific', 'Asia/Katmandu', 'Asia/Kolkata', 'Europe/Kyiv', 'GB', 'Cuba', 'EST5EDT'],
    ...['NZ-CHAT', 'UTC', 'Etc/GMT+5'],
  ]),
];

/** Times of day as menus have them, with a preference for those at which clocks change and days end. */
const timeOfDay = fc.oneof(
  fc.constantFrom(clock(0), clock(0, 30), clock(1), clock(1, 30), clock(2), clock(2, 15), clock(2, 30), clock(3)),
  fc.integer({ min: 0, max: 23 }).map((hour) => clock(hour)),
  fc.integer({ min: 0, max: 24 * 60 - 2 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 0, max: 86_339 }).map((seconds) => seconds * SECOND),
);

const untilMidnight = fc.constantFrom(clock(23, 59), clock(23, 59, 30), clock(23, 59, 59), DAY);

/** One weekly row: ordinary, overnight, 24 hours, or one of the spellings of "until midnight"; it starts before 23:59. */
export const weeklyRow: fc.Arbitrary<Omit<HoursRow, 'store'>> = fc
  .tuple(
    fc.integer({ min: 0, max: 6 }),
    timeOfDay,
    fc.oneof(
      { weight: 4, arbitrary: timeOfDay },
      { weight: 1, arbitrary: untilMidnight },
      { weight: 1, arbitrary: fc.constant('as start' as const) },
    ),
  )
  .map(([day, start, end]) => ({ day, start, end: end === 'as start' ? start : end }));

/** The rows of one store, among them rows that touch or overlap their neighbour and none at all. */
export const weeklyRows: fc.Arbitrary<Omit<HoursRow, 'store'>[]> = fc
  .array(fc.tuple(weeklyRow, fc.constantFrom('alone', 'alone', 'twice', 'continued', 'split at midnight')), {
    maxLength: 5,
  })
  .map((drawn) =>
    drawn.flatMap(([row, kind]) => {
      if (kind === 'alone') return [row];
      if (kind === 'twice') return [row, row];
      if (kind === 'split at midnight') {
        const tomorrow = { day: (row.day + 1) % 7, start: 0, end: clock(1) };
        return [{ ...row, end: clock(23, 59) }, tomorrow];
      }
      return [row, { day: row.day, start: row.end % DAY, end: clock(22) }];
    }),
  );
