import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runtimeOffsets } from '../../src/calendar/runtime.ts';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { openIntervals } from '../../src/domain/hours.ts';
import { ALWAYS, contains, type Intervals, intersect, total, totalWithin } from '../../src/domain/interval.ts';
import type { Zone } from '../../src/domain/zone.ts';
import { type HoursRow, hoursColumns } from '../support/fleet.ts';
import { weeklyRow, weeklyRows, ZONES } from './arbitraries.ts';
import { clock, DAY, HOUR, isOpen, localInstant, MINUTE, openings, SECOND, WEEK } from './reference.ts';

const FROM = Date.UTC(2024, 11, 1);
const TO = Date.UTC(2026, 1, 1);
const [MONDAY, TUESDAY, WEDNESDAY, SATURDAY, SUNDAY] = [0, 1, 2, 5, 6] as const;

type Row = Omit<HoursRow, 'store'>;

const made = new Map<string, Zone>();
/** A zone by the rules of Node, which the reference uses; those of the program may be newer. */
function zoneNamed(name: string): Zone {
  const zone = made.get(name) ?? { name, ...runtimeOffsets(name, FROM, TO) };
  made.set(name, zone);
  return zone;
}

function opening(name: string, rows: readonly Row[], from: number, to: number): Intervals {
  const columns = hoursColumns(rows.map((row) => ({ store: 0, ...row })));
  return openIntervals(columns, 0, columns.length, zoneNamed(name), from, to);
}

/** What is open between two local times, clipped to them, as pairs of instants. */
function openBetween(name: string, rows: readonly Row[], from: string, to: string): Intervals {
  const range = [localInstant(name, from), localInstant(name, to)] as const;
  return intersect(opening(name, rows, ...range), range);
}

function instants(name: string, ...local: string[]): number[] {
  return local.map((text) => localInstant(name, text));
}

const everyDay = (start: number, end: number): Row[] => [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start, end }));

/** A store is open at an instant iff an opening of one of its rows holds it; asked wherever the answer may change. */
function assertOpenAsDefined(name: string, rows: readonly Row[], from: number, to: number, others: number[]): void {
  const open = opening(name, rows, from, to);
  const defined = openings(rows, name, from, to);
  const bounds = [...open, ...defined.flatMap((stretch) => [stretch.from, stretch.to])];
  const asked = [from, to, ...others, ...bounds.flatMap((bound) => [bound - 1, bound])];
  for (const at of asked) {
    if (at < from || at > to) continue;
    assert.equal(contains(open, at), rows.length === 0 || isOpen(defined, at), `${name} ${new Date(at).toISOString()}`);
  }
  for (let i = 1; i < open.length; i++) assert.ok(Number(open[i - 1]) < Number(open[i]), 'pieces touch or overlap');
}

/** A range of up to nine days that mostly has one of the zone's clock changes in it; a failure only shrinks its rows. */
function rangeIn(name: string): fc.Arbitrary<{ from: number; to: number; others: number[] }> {
  const changes = zoneNamed(name)
    .starts.slice(1)
    .filter((change) => change > FROM + 10 * DAY && change < TO - 10 * DAY);
  const anywhere = fc.integer({ min: FROM + 10 * DAY, max: TO - 10 * DAY });
  const inside =
    changes.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...changes) }, anywhere) : anywhere;
  const before = fc.integer({ min: 0, max: 4 * DAY });
  const after = fc.integer({ min: 0, max: 5 * DAY });
  return fc.noShrink(
    fc
      .tuple(inside, before, after, fc.array(fc.integer({ min: -4 * DAY, max: 5 * DAY }), { maxLength: 5 }))
      .map(([at, back, ahead, others]) => ({
        from: at - back,
        to: at + ahead,
        others: others.map((since) => at + since),
      })),
  );
}

test('a store of any zone is open exactly when one of its rows says so, also across clock changes', () => {
  for (const name of ZONES) {
    fc.assert(
      fc.property(weeklyRows, rangeIn(name), (rows, { from, to, others }) => {
        assertOpenAsDefined(name, rows, from, to, others);
      }),
      { numRuns: 4 },
    );
  }
});

test('rows whose bounds stand in a gap or an overlap open and close as Temporal reads them', () => {
  const zones = ['America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut', 'Africa/Cairo', 'America/Santiago'];
  const near = fc.integer({ min: 0, max: 16 }).map((quarters) => quarters * 15 * MINUTE);
  const scene = fc.constantFrom(...zones).chain((name) =>
    fc.record({
      name: fc.constant(name),
      change: fc.constantFrom(...zoneNamed(name).starts.slice(1)),
      rows: fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 3, 4, 5, 6), near, near), { minLength: 1, maxLength: 8 }),
    }),
  );
  fc.assert(
    fc.property(scene, ({ name, change, rows }) => {
      const read = rows.map(([day, start, end]) => ({ day, start, end }));
      assertOpenAsDefined(name, read, change - DAY, change + DAY, [change - 1, change]);
    }),
    { numRuns: 300 },
  );
});

test('the order of the rows does not matter', () => {
  const shuffled = fc
    .array(weeklyRow, { maxLength: 8 })
    .chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length })),
    );
  fc.assert(
    fc.property(fc.constantFrom('Europe/London', 'Asia/Kathmandu'), shuffled, (name, [rows, other]) => {
      const at = Date.UTC(2025, 2, 30);
      assert.deepEqual(
        opening(name, other, at - 4 * DAY, at + 4 * DAY),
        opening(name, rows, at - 4 * DAY, at + 4 * DAY),
      );
    }),
    { numRuns: 300 },
  );
});

test('only the rows of the store itself open it', () => {
  const columns = hoursColumns([
    { store: 0, day: MONDAY, start: clock(1), end: clock(2) },
    { store: 1, day: MONDAY, start: clock(9), end: clock(17) },
    { store: 2, day: MONDAY, start: clock(20), end: clock(21) },
  ]);
  const monday = Date.parse('2025-06-02T00:00Z');
  const open = openIntervals(columns, 1, 2, zoneNamed('UTC'), monday, monday + DAY);
  assert.deepEqual(intersect(open, [monday, monday + DAY]), [monday + 9 * HOUR, monday + 17 * HOUR]);
  assert.deepEqual(openIntervals(columns, 1, 1, zoneNamed('UTC'), monday, monday + DAY), ALWAYS);
});

test('a store without rows is always open', () => {
  assert.deepEqual(opening('America/Chicago', [], FROM, TO), ALWAYS);
});

test('a store with rows is closed on the days without one', () => {
  const rows = [{ day: WEDNESDAY, start: clock(9), end: clock(17) }];
  assert.deepEqual(
    openBetween('America/Chicago', rows, '2025-06-02T00:00', '2025-06-09T00:00'),
    instants('America/Chicago', '2025-06-04T09:00', '2025-06-04T17:00'),
  );
});

test('an overnight shift ends on the next date, also from Sunday to Monday', () => {
  const rows = [
    { day: TUESDAY, start: clock(18), end: clock(2) },
    { day: SUNDAY, start: clock(22), end: clock(1) },
  ];
  assert.deepEqual(
    openBetween('Europe/London', rows, '2025-06-02T00:00', '2025-06-09T12:00'),
    instants(
      'Europe/London',
      ...['2025-06-02T00:00', '2025-06-02T01:00', '2025-06-03T18:00', '2025-06-04T02:00'],
      ...['2025-06-08T22:00', '2025-06-09T01:00'],
    ),
  );
});

test('a row that ends when it starts is open for 24 hours', () => {
  const rows = [{ day: TUESDAY, start: clock(9), end: clock(9) }];
  assert.deepEqual(
    openBetween('Asia/Kathmandu', rows, '2025-06-02T00:00', '2025-06-09T00:00'),
    instants('Asia/Kathmandu', '2025-06-03T09:00', '2025-06-04T09:00'),
  );
  const wholeDay = [{ day: TUESDAY, start: 0, end: 0 }];
  assert.equal(total(openBetween('UTC', wholeDay, '2025-06-02T00:00', '2025-06-09T00:00')), DAY);
});

test('no spelling of "until midnight" leaves a hole before 00:00 of the next day', () => {
  for (const end of [clock(23, 59), clock(23, 59, 30), clock(23, 59, 59), 24 * HOUR - 1, 24 * HOUR]) {
    const week = openBetween('America/Chicago', everyDay(0, end), '2025-06-02T00:00', '2025-06-09T00:00');
    assert.deepEqual(week, instants('America/Chicago', '2025-06-02T00:00', '2025-06-09T00:00'), `end ${end}`);
  }
});

test('an end one second before 23:59 is taken at its word', () => {
  const rows = [{ day: MONDAY, start: clock(9), end: clock(23, 58, 59) }];
  assert.deepEqual(
    openBetween('UTC', rows, '2025-06-02T00:00', '2025-06-03T12:00'),
    instants('UTC', '2025-06-02T09:00', '2025-06-02T23:58:59'),
  );
});

test('an overnight shift that is stored as two rows split at midnight is one interval', () => {
  const rows = [
    { day: SATURDAY, start: clock(11), end: clock(23, 59, 59) },
    { day: SUNDAY, start: 0, end: clock(1) },
  ];
  assert.deepEqual(
    openBetween('America/Denver', rows, '2025-06-07T00:00', '2025-06-09T00:00'),
    instants('America/Denver', '2025-06-07T11:00', '2025-06-08T01:00'),
  );
});

test('rows that overlap or touch are one interval', () => {
  const rows = [
    { day: MONDAY, start: clock(14), end: clock(18) },
    { day: MONDAY, start: clock(9), end: clock(12) },
    { day: MONDAY, start: clock(10), end: clock(11) },
    { day: MONDAY, start: clock(12), end: clock(14, 30) },
  ];
  assert.deepEqual(
    openBetween('UTC', rows, '2025-06-02T00:00', '2025-06-03T00:00'),
    instants('UTC', '2025-06-02T09:00', '2025-06-02T18:00'),
  );
});

test('a day of spring has 23 hours and a day of autumn 25', () => {
  const rows = [{ day: SUNDAY, start: 0, end: clock(23, 59) }];
  const open = (date: string, next: string) => openBetween('America/New_York', rows, `${date}T00:00`, `${next}T12:00`);
  assert.equal(total(open('2025-03-02', '2025-03-03')), 24 * HOUR);
  assert.equal(total(open('2025-03-09', '2025-03-10')), 23 * HOUR);
  assert.equal(total(open('2025-11-02', '2025-11-03')), 25 * HOUR);
});

test('a shift over a clock change keeps its wall times and changes its length', () => {
  const rows = [{ day: SATURDAY, start: clock(22), end: clock(4) }];
  const open = (from: string, to: string) => total(openBetween('Europe/London', rows, from, to));
  assert.equal(open('2025-03-29T12:00', '2025-03-30T12:00'), 5 * HOUR);
  assert.equal(open('2025-10-25T12:00', '2025-10-26T12:00'), 7 * HOUR);
});

test('a row that a spring gap swallows vanishes and leaves the other days alone', () => {
  // 02:30 is read as 03:30, so that the row would end before or when it starts.
  for (const end of [clock(3), clock(3, 30)]) {
    const open = openBetween('America/New_York', everyDay(clock(2, 30), end), '2025-03-08T00:00', '2025-03-11T00:00');
    assert.equal(total(open), 2 * (end - clock(2, 30)));
    assert.equal(totalWithin(open, ...pair(instants('America/New_York', '2025-03-09T00:00', '2025-03-10T00:00'))), 0);
  }
});

test('a row inside a spring gap moves behind it', () => {
  const rows = [{ day: SUNDAY, start: clock(2, 15), end: clock(2, 45) }];
  assert.deepEqual(
    openBetween('America/New_York', rows, '2025-03-09T00:00', '2025-03-10T00:00'),
    instants('America/New_York', '2025-03-09T03:15', '2025-03-09T03:45'),
  );
});

test('a row that ends in the repeated hour of autumn ends at its first occurrence', () => {
  const rows = [{ day: SUNDAY, start: clock(0), end: clock(1, 30) }];
  const open = openBetween('America/New_York', rows, '2025-11-02T00:00', '2025-11-03T00:00');
  assert.deepEqual(open, [Date.parse('2025-11-02T04:00Z'), Date.parse('2025-11-02T05:30Z')]);
});

test('a row until a midnight that is skipped ends when the clock jumps', () => {
  const rows = [{ day: SATURDAY, start: clock(20), end: clock(23, 59) }];
  const open = openBetween('Asia/Beirut', rows, '2025-03-29T12:00', '2025-03-30T12:00');
  assert.deepEqual(open, [Date.parse('2025-03-29T18:00Z'), Date.parse('2025-03-29T22:00Z')]);
});

test('the openings are complete at both ends of the range, its last instant included', () => {
  const rows = [
    { day: MONDAY, start: clock(12), end: clock(12) },
    { day: WEDNESDAY, start: clock(0), end: clock(0, 0, 1) },
  ];
  const [from = 0, to = 0] = instants('Pacific/Kiritimati', '2025-06-03T11:59:59', '2025-06-04T00:00');
  const open = opening('Pacific/Kiritimati', rows, from, to);
  assert.equal(contains(open, from), true);
  assert.equal(contains(open, from + SECOND), false);
  assert.equal(contains(open, to), true);
});

test('one instant is range enough', () => {
  const at = localInstant('Pacific/Pago_Pago', '2025-06-04T10:00');
  const rows = [{ day: WEDNESDAY, start: clock(10), end: clock(10, 30) }];
  assert.equal(contains(opening('Pacific/Pago_Pago', rows, at, at), at), true);
  assert.equal(contains(opening('Pacific/Pago_Pago', rows, at - 1, at - 1), at - 1), false);
});

test('a shift that ends on a date the zone skips is still found a local day and more after its start', () => {
  // Samoa had no 30 December 2011: 02:00 of that date is 02:00 of the next, two dates after the shift began.
  const zone = zoneBetween('Pacific/Apia', Date.UTC(2011, 11, 1), Date.UTC(2012, 0, 31));
  const thursday = hoursColumns([{ store: 0, day: 3, start: clock(22), end: clock(2) }]);
  const [at = 0, closed = 0] = instants('Pacific/Apia', '2011-12-31T01:30', '2011-12-31T02:00');
  assert.equal(contains(openIntervals(thursday, 0, 1, zone, at, at), at), true);
  assert.equal(contains(openIntervals(thursday, 0, 1, zone, closed, closed), closed), false);
});

test('a week of days without a clock change repeats itself to the millisecond', () => {
  fc.assert(
    fc.property(weeklyRows, fc.integer({ min: 0, max: WEEK }), (rows, since) => {
      const at = Date.UTC(2025, 5, 2) + since;
      const range = [at, at + WEEK] as const;
      const first = intersect(opening('America/Chicago', rows, ...range), range);
      const later = [at + 4 * WEEK, at + 5 * WEEK] as const;
      const second = intersect(opening('America/Chicago', rows, ...later), later);
      assert.deepEqual(
        second.map((bound) => bound - 4 * WEEK),
        first,
      );
    }),
    { numRuns: 300 },
  );
});

function pair([from = 0, to = 0]: readonly number[]): [number, number] {
  return [from, to];
}
