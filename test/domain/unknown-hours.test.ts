import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FigureColumns } from '../../src/domain/figures.ts';
import { FleetTally } from '../../src/domain/fleet.ts';
import { UNKNOWN_DAY } from '../../src/domain/hours.ts';
import { type EstimatorName, FleetEstimator } from '../../src/domain/markov/estimator.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import { OFFLINE, ONLINE, stateAt, UNKNOWN } from '../../src/domain/state.ts';
import { timelineOf } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { UNKNOWN_ZONE } from '../../src/domain/zone.ts';
import { type FleetHours, figuresOf, type HoursRow, pollColumns, scheduleOf } from '../support/fleet.ts';
import { age, weeklyRows } from './arbitraries.ts';
import { clock, DAY, HOUR, isOpen, openTimes, referenceFigures, type Stretch } from './reference.ts';

const ASOF = Date.UTC(2025, 2, 12, 15, 30);
const ZONE = 'America/New_York';
const FOREVER: Stretch = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

interface Drawn {
  /** The hours are unknown until this instant. */
  readonly hoursFrom: number;
  /** The zone is unknown until this instant. */
  readonly zoneFrom: number;
  readonly rows: readonly Omit<HoursRow, 'store'>[];
  readonly polls: readonly { readonly instant: number; readonly active: boolean }[];
}

const knownFrom = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(FOREVER.from, FOREVER.to) },
  { weight: 3, arbitrary: age.map((back) => ASOF - back) },
);

const drawn: fc.Arbitrary<Drawn> = fc.record({
  hoursFrom: knownFrom,
  zoneFrom: knownFrom,
  rows: weeklyRows.filter((rows) => rows.length > 0),
  polls: fc
    .uniqueArray(fc.record({ back: age, active: fc.boolean() }), { selector: ({ back }) => back, maxLength: 14 })
    .map((polls) => polls.map(({ back, active }) => ({ instant: ASOF - back, active }))),
});

/** The versions of the hours and the zone as a storage has them. */
function hoursOf({ hoursFrom, zoneFrom, rows }: Drawn): FleetHours {
  const unknown = { store: 0, day: UNKNOWN_DAY, start: 0, end: 0, until: hoursFrom };
  const known = rows.map((row) => ({ store: 0, ...row, from: hoursFrom }));
  return {
    stores: 1,
    zones: new Map([[0, zoneFrom === FOREVER.to ? UNKNOWN_ZONE : ZONE]]),
    hours: [...(hoursFrom === FOREVER.from ? [] : [unknown]), ...(hoursFrom === FOREVER.to ? [] : known)],
    zoneChanges: Number.isFinite(zoneFrom) ? [{ store: 0, until: zoneFrom, zone: UNKNOWN_ZONE }] : [],
  };
}

/** What a store is open for, in two lists, worked out without the kernel. */
function reference({ hoursFrom, zoneFrom, rows }: Drawn): { open: Stretch[]; unknown: Stretch } {
  const known = Math.max(hoursFrom, zoneFrom);
  const store = { rows, zone: ZONE, specialHours: [], zoneChanges: [] };
  const open = openTimes(store, ASOF - 10 * DAY, ASOF)
    .map(({ from, to }) => ({ from: Math.max(from, known), to }))
    .filter(({ from, to }) => from < to);
  return { open, unknown: { from: FOREVER.from, to: known } };
}

function unknownIn({ to }: Stretch, span: number): number {
  return Math.max(0, Math.min(to, ASOF) - (ASOF - span));
}

test('unknown time is open, neither up nor down, and polls in it do not count', () => {
  fc.assert(
    fc.property(drawn, (store) => {
      const { open, unknown } = reference(store);
      const expected = referenceFigures(open, store.polls, ASOF);
      const figures = figuresOf(
        hoursOf(store),
        store.polls.map((poll) => ({ store: 0, ...poll })),
        ASOF,
      );
      WINDOWS.forEach((span, w) => {
        const found = [figures.up(0, w), figures.down(0, w), figures.open(0, w)];
        assert.deepEqual(found, [
          expected.up[w],
          expected.down[w],
          (expected.open[w] as number) + unknownIn(unknown, span),
        ]);
      });
      assert.equal(figures.pollsCounted[0], expected.counted);
    }),
    { numRuns: 400 },
  );
});

test('a timeline adds up to the figures, with the unknown time in its segments and on its polls', () => {
  fc.assert(
    fc.property(drawn, (store) => {
      const { open: trulyOpen, unknown: unknownUntil } = reference(store);
      const fleet = hoursOf(store);
      const schedule = scheduleOf(fleet, ASOF);
      const polls = arrangePolls(pollColumns(store.polls.map((poll) => ({ store: 0, ...poll }))), 1);
      const figures = figuresOf(
        fleet,
        store.polls.map((poll) => ({ store: 0, ...poll })),
        ASOF,
      );
      const open = schedule.openIntervals(0, ASOF - 8 * DAY, ASOF);
      WINDOWS.forEach((span, w) => {
        const range = { from: ASOF - span, to: ASOF };
        const timeline = timelineOf(open, polls, 0, polls.length, range, ASOF, {
          unknown: schedule.unknownIntervals(0),
        });
        const { totals, segments } = timeline;
        assert.deepEqual(
          [totals.up, totals.down, totals.open],
          [figures.up(0, w), figures.down(0, w), figures.open(0, w)],
        );
        assert.equal(totals.up + totals.down + totals.unknown, totals.open);
        for (const [i, segment] of segments.entries()) {
          assert.ok(segment.from < segment.to, 'no segment is empty');
          assert.ok(i === 0 || (segments[i - 1]?.to as number) <= segment.from, 'segments do not overlap');
          if (segment.to <= unknownUntil.to) assert.equal(segment.state, 'unknown');
        }
        for (const poll of timeline.polls) {
          assert.equal(poll.hoursKnown, poll.instant >= unknownUntil.to);
          assert.equal(poll.counts, isOpen(trulyOpen, poll.instant));
        }
      });
    }),
    { numRuns: 300 },
  );
});

for (const name of ['nearest', 'markov'] as const satisfies readonly EstimatorName[]) {
  test(`the detailed estimate ${name} leaves unknown time exactly unknown, and its range allows for all of it`, () => {
    fc.assert(
      fc.property(drawn, (store) => {
        const { open, unknown } = reference(store);
        const expected = referenceFigures(open, store.polls, ASOF);
        const batch = {
          schedule: scheduleOf(hoursOf(store), ASOF),
          polls: arrangePolls(pollColumns(store.polls.map((poll) => ({ store: 0, ...poll }))), 1),
        };
        const figures = new FigureColumns(1, true);
        new FleetEstimator().estimate(name, batch, ASOF, figures, 0);
        WINDOWS.forEach((span, w) => {
          const [up, down, openTime] = [figures.up(0, w), figures.down(0, w), figures.open(0, w)];
          const knownOpen = expected.counted > 0 ? (expected.open[w] as number) : 0;
          assert.equal(openTime, (expected.open[w] as number) + unknownIn(unknown, span));
          assert.equal(openTime - up - down, openTime - knownOpen);
          if (name === 'nearest') assert.deepEqual([up, down], [expected.up[w], expected.down[w]]);
          assert.ok(figures.low(0, w) <= up && figures.high(0, w) >= up + openTime - knownOpen, 'all of it may be up');
          assert.ok(figures.high(0, w) <= openTime + 1e-6, 'and no more');
          assert.ok(figures.longestGap(0, w) >= unknownIn(unknown, span), 'nothing of it was polled');
        });
        assert.equal(figures.pollsCounted[0], expected.counted);
      }),
      { numRuns: 200 },
    );
  });
}

test('the sums of a fleet hold unknown time as unknown, hour by hour', () => {
  fc.assert(
    fc.property(drawn, (store) => {
      const fleet = hoursOf(store);
      const schedule = scheduleOf(fleet, ASOF);
      const rows = store.polls.map((poll) => ({ store: 0, ...poll }));
      const polls = arrangePolls(pollColumns(rows), 1);
      const figures = figuresOf(fleet, rows, ASOF);
      const tally = new FleetTally<string>(ASOF, Number.POSITIVE_INFINITY, 5);
      const open = schedule.openIntervals(0, ASOF - 16 * DAY, ASOF);
      tally.add('a', open, polls, 0, polls.length, undefined, schedule.unknownIntervals(0));
      WINDOWS.forEach((_, w) => {
        const { up, down, open } = tally.last;
        assert.deepEqual([up[w], down[w], open[w]], [figures.up(0, w), figures.down(0, w), figures.open(0, w)]);
      });
      const { unknown, open: openTime } = tally.quarters();
      const week = figures.open(0, 2) - figures.up(0, 2) - figures.down(0, 2);
      assert.equal(sum(unknown), week);
      assert.equal(sum(openTime), figures.open(0, 2));
    }),
    { numRuns: 150 },
  );
});

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

test('a store is unknown while its hours are, whatever its polls say', () => {
  assert.equal(stateAt([0, 10], 5, 1, [4, 6]), UNKNOWN);
  assert.equal(stateAt([0, 4, 6, 10], 7, 1, [4, 6]), ONLINE);
  assert.equal(stateAt([0, 4, 6, 10], 7, 0, [4, 6]), OFFLINE);
});

test('an outage ends where hours become unknown, and the next one begins after that', () => {
  const [noon, unknown] = [ASOF - 10 * HOUR, [ASOF - 6 * HOUR, ASOF - 4 * HOUR]];
  const open = [noon, unknown[0] as number, unknown[1] as number, ASOF + HOUR];
  const polls = pollColumns([-9, -7, -5, -3, -1].map((h) => ({ store: 0, instant: ASOF + h * HOUR, active: false })));
  const timeline = timelineOf(open, polls, 0, polls.length, { from: noon, to: ASOF }, ASOF, { unknown });
  assert.deepEqual(
    timeline.segments.map(({ from, to, state }) => [(from - ASOF) / HOUR, (to - ASOF) / HOUR, state]),
    [
      [-10, -6, 'down'],
      [-6, -4, 'unknown'],
      [-4, 0, 'down'],
    ],
  );
  assert.deepEqual(
    timeline.outages.map(({ from, to, ongoing, lost }) => [
      (from - ASOF) / HOUR,
      (to - ASOF) / HOUR,
      ongoing,
      lost / HOUR,
    ]),
    [
      [-9, -6, false, 4],
      [-4, 0, true, 4],
    ],
  );
  const tally = new FleetTally<string>(ASOF, Number.POSITIVE_INFINITY, 5);
  tally.add('a', open, polls, 0, polls.length, undefined, unknown);
  assert.deepEqual(tally.worst[0]?.outage, {
    since: ASOF - 4 * HOUR,
    lost: 4 * HOUR,
    sinceFirstPoll: false,
    beganEarlier: false,
  });
});

test('special hours say nothing while the week is unknown', () => {
  const schedule = scheduleOf(
    {
      stores: 1,
      zones: new Map([[0, 'UTC']]),
      hours: [{ store: 0, day: UNKNOWN_DAY, start: 0, end: 0 }],
      specialHours: [{ store: 0, date: '2025-03-12', start: clock(9), end: clock(10) }],
    },
    ASOF,
  );
  assert.deepEqual(schedule.openIntervals(0, ASOF - DAY, ASOF), []);
  assert.deepEqual(schedule.unknownIntervals(0), [FOREVER.from, FOREVER.to]);
});
