import fc from 'fast-check';
import type { HoursRow } from '../support/fleet.ts';
import { clock, DAY, HOUR, MINUTE, SECOND, WEEK } from './reference.ts';

/** Every zone that this Node lists, and a few of the old names that data still carries. */
export const ZONES: readonly string[] = [
  ...new Set([
    ...Intl.supportedValuesOf('timeZone'),
    ...['US/Central', 'US/Pacific', 'Asia/Katmandu', 'Asia/Kolkata', 'Europe/Kyiv', 'GB', 'Cuba', 'EST5EDT'],
    ...['NZ-CHAT', 'UTC', 'Etc/GMT+5'],
  ]),
];

/** Typical times of day, often those of clock changes and the ends of days. */
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

/** A zone with the stretch in which `as_of` is drawn; a clock change, if any, is in the middle. */
const PLACES: readonly { zone: string | undefined; from: number; to: number }[] = [
  { zone: undefined, from: Date.UTC(2025, 2, 5), to: Date.UTC(2025, 2, 20) },
  { zone: 'America/New_York', from: Date.UTC(2025, 9, 30), to: Date.UTC(2025, 10, 12) },
  { zone: 'Australia/Lord_Howe', from: Date.UTC(2025, 3, 1), to: Date.UTC(2025, 3, 16) },
  { zone: 'Africa/Cairo', from: Date.UTC(2025, 3, 20), to: Date.UTC(2025, 4, 6) },
  { zone: 'America/Santiago', from: Date.UTC(2025, 8, 3), to: Date.UTC(2025, 8, 18) },
  { zone: 'Africa/Casablanca', from: Date.UTC(2025, 1, 20), to: Date.UTC(2025, 2, 6) },
  { zone: 'Asia/Kathmandu', from: Date.UTC(2025, 5, 1), to: Date.UTC(2025, 5, 15) },
  { zone: 'Pacific/Kiritimati', from: Date.UTC(2025, 5, 1), to: Date.UTC(2025, 5, 15) },
  { zone: 'Pacific/Pago_Pago', from: Date.UTC(2025, 5, 1), to: Date.UTC(2025, 5, 15) },
];

/** Distances before `as_of`, some of them negative or past the reach of a report, a few exactly on its edges. */
export const age = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -4, max: 9 * 48 }).map((halves) => halves * (HOUR / 2)) },
  { weight: 4, arbitrary: fc.integer({ min: -10 * MINUTE, max: 9 * DAY }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, HOUR, DAY, WEEK, 8 * DAY - 1, 8 * DAY, 8 * DAY + 1) },
);

/** A zone, and an instant for a report there. */
export const place = fc.constantFrom(...PLACES).chain(({ zone, from, to }) =>
  fc
    .oneof(
      fc.integer({ min: from, max: to }),
      fc.integer({ min: from / HOUR, max: to / HOUR }).map((hour) => hour * HOUR),
    )
    .map((asOf) => ({ zone, asOf })),
);
