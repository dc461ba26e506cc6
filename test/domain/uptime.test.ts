import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FigureColumns } from '../../src/domain/figures.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import { batchUptime } from '../../src/domain/uptime.ts';
import { nineFigures } from '../support/figures.ts';
import { type HoursRow, type PollRow, pollColumns, scheduleOf, uptimeOf } from '../support/fleet.ts';
import { age, place, weeklyRows } from './arbitraries.ts';
import { clock, DAY, HOUR, localInstant, MINUTE, openings, referenceFigures, SECOND, WEEK } from './reference.ts';

const [MONDAY, TUESDAY] = [0, 1] as const;
const NO_ZONES: ReadonlyMap<number, string> = new Map();
const WINDOW_NUMBERS = [0, 1, 2] as const;

interface Fleet {
  readonly stores: number;
  readonly zones: ReadonlyMap<number, string>;
  readonly hours: readonly HoursRow[];
  readonly polls: readonly PollRow[];
  readonly asOf: number;
}

function figuresOf({ stores, zones, hours, polls, asOf }: Fleet): number[][] {
  const figures = uptimeOf(stores, zones, hours, polls, asOf);
  return Array.from({ length: stores }, (_, store) => nineFigures(figures, store));
}

/** The figures of one store in Chicago: `[up, down, open]` in minutes for the last hour, day and week. */
function minutesOf(hours: readonly Omit<HoursRow, 'store'>[], polls: readonly [number, boolean][], asOf: number) {
  const figures = uptimeOf(
    1,
    NO_ZONES,
    hours.map((row) => ({ store: 0, ...row })),
    polls.map(([instant, active]) => ({ store: 0, instant, active })),
    asOf,
  );
  return WINDOW_NUMBERS.map((w) => [figures.up(0, w), figures.down(0, w), figures.open(0, w)].map((ms) => ms / MINUTE));
}

/** A few stores with hours, zones and polls; no instant of a store occurs twice. */
function fleetAt(places: fc.Arbitrary<{ zone: string | undefined; asOf: number }>): fc.Arbitrary<Fleet> {
  const store = fc.record({
    rows: weeklyRows,
    seen: fc.uniqueArray(fc.record({ back: age, active: fc.boolean() }), {
      selector: ({ back }) => back,
      maxLength: 12,
    }),
  });
  return fc.tuple(places, fc.array(store, { minLength: 1, maxLength: 3 })).map(([{ zone, asOf }, stores]) => ({
    stores: stores.length,
    zones: new Map(zone === undefined ? [] : stores.map((_, index) => [index, zone])),
    hours: stores.flatMap(({ rows }, index) => rows.map((row) => ({ store: index, ...row }))),
    polls: stores.flatMap(({ seen }, index) =>
      seen.map(({ back, active }) => ({ store: index, instant: asOf - back, active })),
    ),
    asOf,
  }));
}

const fleet = fleetAt(place);

test('the nine figures equal those of the reference implementation', () => {
  fc.assert(
    fc.property(fleet, (drawn) => {
      const { stores, zones, hours, polls, asOf } = drawn;
      const expected = Array.from({ length: stores }, (_, store) => {
        const rows = hours.filter((row) => row.store === store);
        const zone = zones.get(store) ?? 'America/Chicago';
        const always = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];
        const open = rows.length > 0 ? openings(rows, zone, asOf - 8 * DAY, asOf) : always;
        const figures = referenceFigures(
          open,
          polls.filter((poll) => poll.store === store),
          asOf,
        );
        return [...figures.up, ...figures.down, ...figures.open];
      });
      assert.deepEqual(figuresOf(drawn), expected);
    }),
    { numRuns: 400 },
  );
});

test('up, down and unknown add up to the open time of every window', () => {
  fc.assert(
    fc.property(fleet, (drawn) => {
      const figures = uptimeOf(drawn.stores, drawn.zones, drawn.hours, drawn.polls, drawn.asOf);
      const alone = uptimeOf(drawn.stores, drawn.zones, drawn.hours, [], drawn.asOf);
      for (let store = 0; store < drawn.stores; store++) {
        const known = WINDOW_NUMBERS.map((w) => figures.up(store, w) + figures.down(store, w));
        const open = WINDOW_NUMBERS.map((w) => figures.open(store, w));
        assert.deepEqual(
          open,
          WINDOW_NUMBERS.map((w) => alone.open(store, w)),
        );
        // Either a poll counts and all time is known, or none does and all is unknown.
        assert.deepEqual(known, known.some((time) => time > 0) ? open : [0, 0, 0]);
        for (const figure of nineFigures(figures, store)) assert.ok(figure >= 0, `a figure of ${figure}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('a longer window has at least the time of a shorter one and at most its own length', () => {
  fc.assert(
    fc.property(fleet, (drawn) => {
      for (const [upHour, upDay, upWeek, downHour, downDay, downWeek, openHour, openDay, openWeek] of figuresOf(
        drawn,
      )) {
        for (const growing of [
          [upHour, upDay, upWeek],
          [downHour, downDay, downWeek],
          [openHour, openDay, openWeek],
        ]) {
          const [hour = Number.NaN, day = Number.NaN, week = Number.NaN] = growing;
          assert.ok(hour <= day && day <= week, `${hour} ${day} ${week}`);
          assert.ok(hour <= HOUR && day <= DAY && week <= WEEK, `${hour} ${day} ${week}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('with every state inverted, up and down change places', () => {
  fc.assert(
    fc.property(fleet, (drawn) => {
      const turned = { ...drawn, polls: drawn.polls.map((poll) => ({ ...poll, active: !poll.active })) };
      assert.deepEqual(
        figuresOf(turned).map((row) => [...row.slice(3, 6), ...row.slice(0, 3), ...row.slice(6)]),
        figuresOf(drawn),
      );
    }),
    { numRuns: 300 },
  );
});

function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

test('the order of the rows in the feeds does not matter', () => {
  const pairOfFleets = fleet.chain((drawn) =>
    fc.record({ drawn: fc.constant(drawn), hours: shuffled(drawn.hours), polls: shuffled(drawn.polls) }),
  );
  fc.assert(
    fc.property(pairOfFleets, ({ drawn, hours, polls }) => {
      assert.deepEqual(figuresOf({ ...drawn, hours, polls }), figuresOf(drawn));
    }),
    { numRuns: 500 },
  );
});

test('of polls of one store at the same millisecond the later row wins', () => {
  const asOf = Date.UTC(2025, 5, 4, 12);
  // Few instants and few stores, so that most rows repeat an earlier one.
  const poll = fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 5 }), fc.boolean())
    .map(([store, tens, active]): PollRow => ({ store, instant: asOf - tens * 10 * MINUTE, active }));
  fc.assert(
    fc.property(fc.array(poll, { maxLength: 30 }), (polls) => {
      const last = new Map(polls.map((row) => [`${row.store} ${row.instant}`, row]));
      const winners = [...last.values()].sort((a, b) => a.store - b.store || a.instant - b.instant);
      const arranged = arrangePolls(pollColumns(polls), 3);
      const kept = Array.from({ length: arranged.length }, (_, i) => ({
        store: arranged.store[i],
        instant: arranged.instant[i],
        active: arranged.active[i] === 1,
      }));
      assert.deepEqual(kept, winners);
      const report = { stores: 3, zones: NO_ZONES, hours: [], asOf };
      assert.deepEqual(figuresOf({ ...report, polls }), figuresOf({ ...report, polls: winners }));
    }),
    { numRuns: 1000 },
  );
});

test('a shift by whole weeks without a clock change makes no difference', () => {
  const quiet = fc
    .constantFrom(
      { zone: 'America/Chicago', from: Date.UTC(2025, 2, 20), to: Date.UTC(2025, 9, 25) },
      { zone: 'America/New_York', from: Date.UTC(2025, 10, 13), to: Date.UTC(2026, 2, 1) },
      { zone: 'Australia/Lord_Howe', from: Date.UTC(2025, 3, 16), to: Date.UTC(2025, 8, 28) },
      { zone: 'Europe/London', from: Date.UTC(2025, 3, 10), to: Date.UTC(2025, 9, 20) },
      { zone: 'Asia/Kathmandu', from: Date.UTC(2024, 0, 1), to: Date.UTC(2026, 0, 1) },
      { zone: 'UTC', from: Date.UTC(2024, 0, 1), to: Date.UTC(2026, 0, 1) },
    )
    .chain(({ zone, from, to }) =>
      fc.record({
        zone: fc.constant(zone),
        asOf: fc.integer({ min: from, max: to }),
        other: fc.integer({ min: from, max: to }),
      }),
    );
  const moved = quiet.chain(({ zone, asOf, other }) =>
    fc.record({
      drawn: fleetAt(fc.constant({ zone, asOf })),
      // Towards the other instant, so that the weeks stay within the stretch without clock changes.
      shift: fc.constant(Math.trunc((other - asOf) / WEEK) * WEEK),
    }),
  );
  fc.assert(
    fc.property(moved, ({ drawn, shift }) => {
      const polls = drawn.polls.map((poll) => ({ ...poll, instant: poll.instant + shift }));
      assert.deepEqual(figuresOf({ ...drawn, polls, asOf: drawn.asOf + shift }), figuresOf(drawn));
    }),
    { numRuns: 400 },
  );
});

test('polls after as_of, older than eight days or outside business hours do not count', () => {
  const asOf = localInstant('America/Chicago', '2025-06-04T12:00');
  const hours = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ store: 0, day, start: clock(9), end: clock(17) }));
  const mute = fc.oneof(
    fc.integer({ min: 1, max: 30 * DAY }).map((ahead) => asOf + ahead),
    fc.integer({ min: 8 * DAY + 1, max: 60 * DAY }).map((back) => asOf - back),
    // From 17:00 of some day up to the millisecond before 09:00 of the next.
    fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 16 * HOUR - 1 }))
      .map(([days, since]) => asOf - days * DAY + 5 * HOUR + since),
  );
  const heard = fc.uniqueArray(fc.integer({ min: 0, max: 8 * DAY }), { maxLength: 6 });
  const rows = (instants: readonly number[], active: boolean): PollRow[] =>
    instants.map((instant) => ({ store: 0, instant, active }));
  fc.assert(
    fc.property(fc.array(mute, { minLength: 1, maxLength: 6 }), heard, fc.boolean(), (silent, backs, active) => {
      const polls = rows(
        backs.map((back) => asOf - back).filter((instant) => !silent.includes(instant)),
        !active,
      );
      const without = { stores: 1, zones: NO_ZONES, hours, polls, asOf };
      assert.deepEqual(figuresOf({ ...without, polls: [...polls, ...rows(silent, active)] }), figuresOf(without));
    }),
    { numRuns: 1000 },
  );
});

test('stores of one batch do not affect each other, wherever the batch is in the report', () => {
  fc.assert(
    fc.property(fleet, fc.integer({ min: 0, max: 3 }), (drawn, offset) => {
      const { stores, zones, hours, polls, asOf } = drawn;
      const single = Array.from({ length: stores }, (_, store) => {
        const own = <T extends { store: number }>(rows: readonly T[]) =>
          rows.filter((row) => row.store === store).map((row) => ({ ...row, store: 0 }));
        const zone = zones.get(store);
        const ownZones = new Map(zone === undefined ? [] : [[0, zone] as const]);
        return nineFigures(uptimeOf(1, ownZones, own(hours), own(polls), asOf), 0);
      });
      const figures = new FigureColumns(offset + stores + 1);
      const batch = {
        schedule: scheduleOf({ stores, zones, hours }, asOf),
        polls: arrangePolls(pollColumns(polls), stores),
      };
      batchUptime(batch, asOf, figures, offset);
      const untouched = Array.from({ length: 9 }, () => 0);
      const expected = [...Array.from({ length: offset }, () => untouched), ...single, untouched];
      assert.deepEqual(
        expected.map((_, store) => nineFigures(figures, store)),
        expected,
      );
    }),
    { numRuns: 200 },
  );
});

const MONDAY_NINE_TO_TWELVE = [{ day: MONDAY, start: clock(9), end: clock(12) }];
const chicago = (text: string) => localInstant('America/Chicago', text);
const NOON = chicago('2025-06-02T12:00');

test('the example of the definition: 104.5 minutes up and 75.5 minutes down', () => {
  const seen: [number, boolean][] = [
    [chicago('2025-06-02T10:14'), true],
    [chicago('2025-06-02T11:15'), false],
  ];
  assert.deepEqual(minutesOf(MONDAY_NINE_TO_TWELVE, seen, NOON), [
    [0, 60, 60],
    [104.5, 75.5, 180],
    [104.5, 75.5, 180],
  ]);
});

test('a window that ends in closed time only has its open time', () => {
  const seen: [number, boolean][] = [[chicago('2025-06-02T10:14'), true]];
  assert.deepEqual(minutesOf(MONDAY_NINE_TO_TWELVE, seen, NOON + 45 * MINUTE), [
    [15, 0, 15],
    [180, 0, 180],
    [180, 0, 180],
  ]);
});

test('a store without a counting poll has open time of unknown state', () => {
  const unknown = [
    [0, 0, 60],
    [0, 0, 180],
    [0, 0, 180],
  ];
  assert.deepEqual(minutesOf(MONDAY_NINE_TO_TWELVE, [], NOON), unknown);
  assert.deepEqual(minutesOf(MONDAY_NINE_TO_TWELVE, [[chicago('2025-06-02T08:59:59.999'), false]], NOON), unknown);
});

test('a store that is closed in all windows has no time of any kind', () => {
  const shut = [{ day: TUESDAY, start: clock(9), end: clock(10) }];
  assert.deepEqual(minutesOf(shut, [[NOON - HOUR, true]], chicago('2025-06-03T08:00')).slice(0, 2), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a poll exactly at as_of counts when the store is open then', () => {
  assert.deepEqual(minutesOf([], [[NOON, true]], NOON)[0], [60, 0, 60]);
  assert.deepEqual(minutesOf([], [[NOON + 1, true]], NOON)[0], [0, 0, 60]);
  const untilLater = [{ day: MONDAY, start: clock(9), end: clock(12, 0, 1) }];
  assert.deepEqual(minutesOf(untilLater, [[NOON, true]], NOON)[0], [60, 0, 60]);
});

test('a poll exactly at as_of does not count when the store closes then', () => {
  assert.deepEqual(minutesOf(MONDAY_NINE_TO_TWELVE, [[NOON, true]], NOON)[0], [0, 0, 60]);
});

test('a poll exactly eight days before as_of counts and one a millisecond older does not', () => {
  assert.deepEqual(minutesOf([], [[NOON - 8 * DAY, true]], NOON)[2], [168 * 60, 0, 168 * 60]);
  assert.deepEqual(minutesOf([], [[NOON - 8 * DAY - 1, true]], NOON)[2], [0, 0, 168 * 60]);
});

test('a poll at the start of an interval counts and one at its end does not', () => {
  const asOf = chicago('2025-06-02T13:00');
  const day = (text: string) => minutesOf(MONDAY_NINE_TO_TWELVE, [[chicago(text), true]], asOf)[1];
  assert.deepEqual(day('2025-06-02T09:00'), [180, 0, 180]);
  assert.deepEqual(day('2025-06-02T11:59:59.999'), [180, 0, 180]);
  assert.deepEqual(day('2025-06-02T12:00'), [0, 0, 180]);
});

test('a poll in the last minute before midnight counts in a row that ends at 23:59', () => {
  const rows = [{ day: MONDAY, start: clock(20), end: clock(23, 59) }];
  const asOf = chicago('2025-06-03T00:00');
  assert.deepEqual(minutesOf(rows, [[asOf - SECOND, true]], asOf)[1], [240, 0, 240]);
});

test('a store without a zone has the hours of Chicago', () => {
  const rows = [{ store: 0, day: MONDAY, start: clock(9), end: clock(12) }];
  const noon = (zone: string) => localInstant(zone, '2025-06-02T12:00');
  const open = (zones: ReadonlyMap<number, string>, asOf: number) => uptimeOf(1, zones, rows, [], asOf).open(0, 0);
  assert.equal(open(NO_ZONES, noon('America/Chicago')), HOUR);
  assert.equal(open(NO_ZONES, noon('America/New_York')), HOUR);
  assert.equal(open(NO_ZONES, noon('Asia/Tokyo')), 0);
  assert.equal(open(new Map([[0, 'Asia/Tokyo']]), noon('Asia/Tokyo')), HOUR);
});

test('the windows are elapsed time: 24 hours reach an hour further back in wall time in spring, and an hour less in autumn', () => {
  const rows = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: clock(11), end: clock(12) }));
  const lastDay = (asOf: string) => minutesOf(rows, [], chicago(asOf))[1]?.[2];
  assert.equal(lastDay('2025-06-04T12:00'), 60);
  assert.equal(lastDay('2025-03-09T12:00'), 120);
  assert.equal(lastDay('2025-06-04T11:30'), 60);
  assert.equal(lastDay('2025-11-02T11:30'), 30);
});
