import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { checkedRecurrence, WallRecurrence } from '../../src/adjustments/recurrence.ts';
import { formatInstant } from '../../src/calendar/instant.ts';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { parseWallTime } from '../../src/calendar/wall-time.ts';
import { DAY } from '../../src/domain/hours.ts';
import type { Recurrence } from '../../src/storage/ports/adjustments.ts';

const SUNDAYS: Recurrence = { rrule: 'FREQ=WEEKLY;BYDAY=SU', start: '2026-03-01T02:30:00', duration: 'PT2H' };

/** The first occurrences in a zone, as instants. */
function occurrences(recurrence: Recurrence, zone: string, count: number): string[] {
  const recurring = new WallRecurrence(checkedRecurrence('recurrence', recurrence));
  const around = zoneBetween(zone, recurring.start - 4 * DAY, recurring.start + 800 * DAY);
  return recurring.firstStarts(count).map((wall) => recurring.interval(wall, around).map(formatInstant).join(' '));
}

/** What the library lists, one after the other from the beginning. */
function listed(rruleString: string, until: number): number[] {
  const dtstart = Temporal.ZonedDateTime.from(`${SUNDAYS.start}[UTC]`);
  const walls: number[] = [];
  new RRuleTemporal({ rruleString, dtstart }).all(({ epochMilliseconds }) => {
    walls.push(epochMilliseconds);
    return epochMilliseconds < until;
  });
  return walls;
}

test('a local time that the clock change skips moves forward, and the next occurrence is at its usual time', () => {
  assert.deepEqual(occurrences(SUNDAYS, 'America/Chicago', 3), [
    '2026-03-01T08:30:00.000Z 2026-03-01T10:30:00.000Z',
    '2026-03-08T08:30:00.000Z 2026-03-08T10:30:00.000Z',
    '2026-03-15T07:30:00.000Z 2026-03-15T09:30:00.000Z',
  ]);
});

test('a local time that occurs twice means its first occurrence, and a time lasts as long as on any other day', () => {
  const before = { ...SUNDAYS, start: '2026-11-01T01:30:00' };
  assert.deepEqual(occurrences(before, 'America/Chicago', 2), [
    '2026-11-01T06:30:00.000Z 2026-11-01T08:30:00.000Z',
    '2026-11-08T07:30:00.000Z 2026-11-08T09:30:00.000Z',
  ]);
});

test('a day of duration is a calendar day: 23 and 25 hours when the clock changes', () => {
  const daily = { rrule: 'FREQ=YEARLY;BYMONTH=3,11;BYMONTHDAY=1,8', start: '2026-03-02T00:00', duration: 'P1D' };
  assert.deepEqual(occurrences(daily, 'America/Chicago', 2), [
    '2026-03-08T06:00:00.000Z 2026-03-09T05:00:00.000Z',
    '2026-11-01T05:00:00.000Z 2026-11-02T06:00:00.000Z',
  ]);
});

test('a rule that ends on a date includes it', () => {
  const three = { ...SUNDAYS, rrule: 'FREQ=DAILY;UNTIL=20260303', start: '2026-03-01T22:00' };
  assert.equal(occurrences(three, 'UTC', 10).length, 3);
  assert.equal(occurrences({ ...three, rrule: 'FREQ=DAILY;UNTIL=20260303T215959' }, 'UTC', 10).length, 2);
});

test('the occurrences of a stretch are the same as those from the beginning on', () => {
  for (const rrule of [
    'FREQ=WEEKLY;BYDAY=SU',
    'FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR',
    'FREQ=DAILY;COUNT=900;BYHOUR=2,14',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=31',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;INTERVAL=2;BYYEARDAY=-1',
  ]) {
    const recurring = new WallRecurrence(checkedRecurrence('recurrence', { ...SUNDAYS, rrule }));
    const all = listed(rrule, parseWallTime('2030-07-01T00:00') as number);
    for (const [from, to] of [
      ['2020-01-01T00:00', '2027-01-01T00:00'],
      ['2028-02-01T00:00', '2030-07-01T00:00'],
      ['2026-03-01T02:30', '2026-03-01T02:31'],
    ]) {
      const [first, last] = [parseWallTime(from as string) as number, parseWallTime(to as string) as number];
      const expected = all.filter((wall) => wall >= first && wall < last);
      assert.deepEqual(recurring.starts(first, last), expected, `${rrule} from ${from}`);
    }
  }
});

test('a recurrence is stored in one form', () => {
  assert.deepEqual(
    checkedRecurrence('recurrence', { rrule: 'rrule:freq=daily', start: '2026-03-01T02:30', duration: 'pt90m' }),
    { rrule: 'FREQ=DAILY', start: '2026-03-01T02:30:00', duration: 'PT90M' },
  );
});

test('a recurrence in words names the local time', () => {
  assert.equal(new WallRecurrence(SUNDAYS).text, 'every week on Sunday at 2:30 AM');
});

test('a recurrence that is invalid, never occurs or occurs too often is refused with the reason', () => {
  const cases: readonly [change: Partial<Recurrence>, field: string, message: RegExp][] = [
    [
      { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' },
      'rrule',
      /does not occur within five years of 2026-03-01T02:30:00/,
    ],
    [{ rrule: 'FREQ=DAILY;UNTIL=20250101' }, 'rrule', /does not occur within five years/],
    [{ rrule: 'FREQ=YEARLY;INTERVAL=6;BYMONTH=1' }, 'rrule', /does not occur within five years/],
    [{ rrule: 'FREQ=DAILY;BYHOUR=2,14,20' }, 'rrule', /occurs more than 4,000 times in five years/],
    [{ rrule: 'FREQ=WEEKLY;BYDAY=2SU' }, 'rrule', /"FREQ=WEEKLY;BYDAY=2SU": BYDAY with numeric value MUST NOT/],
    [{ rrule: 'FREQ=NEVER' }, 'rrule', /FREQ of recurrence.rrule is "NEVER"/],
    [
      { start: '2026-03-01' },
      'start',
      /recurrence.start is "2026-03-01", expected a store-local time without an offset/,
    ],
    [{ start: '2026-03-01T02:30Z' }, 'start', /recurrence.start is "2026-03-01T02:30Z"/],
    [{ start: '2026-02-30T02:30' }, 'start', /recurrence.start is "2026-02-30T02:30"/],
    [{ duration: '2h' }, 'duration', /recurrence.duration is "2h", expected weeks, days, hours and minutes/],
    [{ duration: 'PT0M' }, 'duration', /recurrence.duration is "PT0M"/],
    [{ duration: '-PT2H' }, 'duration', /recurrence.duration is "-PT2H"/],
    [{ duration: 'P1M' }, 'duration', /recurrence.duration is "P1M"/],
    [{ duration: 'P367D' }, 'duration', /up to 366 days/],
  ];
  for (const [change, field, message] of cases) {
    const expected = { code: 'invalid_input', field: `recurrence.${field}`, message };
    assert.throws(() => checkedRecurrence('recurrence', { ...SUNDAYS, ...change }), expected, JSON.stringify(change));
  }
});
