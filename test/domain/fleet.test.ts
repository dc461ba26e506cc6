import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Buckets } from '../../src/domain/buckets.ts';
import { setCoverage } from '../../src/domain/coverage.ts';
import { FigureColumns } from '../../src/domain/figures.ts';
import { FLEET_HISTORY, FleetTally, QUARTER } from '../../src/domain/fleet.ts';
import { total } from '../../src/domain/interval.ts';
import { CLOSED, OFFLINE, ONLINE, UNKNOWN } from '../../src/domain/state.ts';
import { timelineOf } from '../../src/domain/timeline.ts';
import { reachOf } from '../../src/domain/uptime.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { pollColumns } from '../support/fleet.ts';
import { figuresAt, judge, type KnownStore, knownStores } from './known-store.ts';
import { DAY, HOUR } from './reference.ts';

/** With an interval of this length, polls are never stale. */
const NEVER_STALE = Number.POSITIVE_INFINITY;

function tallyOf(stores: readonly KnownStore[], pollInterval = NEVER_STALE): FleetTally<number> {
  const tally = new FleetTally<number>(stores[0]?.asOf ?? 0, pollInterval, 20);
  for (const [store, { open, polls }] of stores.entries()) tally.add(store, open, polls, 0, polls.length);
  return tally;
}

function sumOf(rows: readonly (readonly number[])[]): number[] {
  return rows.reduce<number[]>((sums, row) => row.map((value, i) => (sums[i] ?? 0) + value), []);
}

test('without stale polls, the sums of a fleet are those of the reports of its stores, now and one window ago', () => {
  fc.assert(
    fc.property(knownStores, (stores) => {
      const { last, before } = tallyOf(stores);
      assert.deepEqual([...last.up, ...last.down, ...last.open], sumOf(stores.map(({ figures }) => figures)));
      WINDOWS.forEach((span, w) => {
        const older = sumOf(stores.map(({ zone, rows, seen, asOf }) => figuresAt(zone, rows, seen, asOf - span)));
        assert.deepEqual([before.up[w], before.down[w], before.open[w]], [older[w], older[w + 3], older[w + 6]]);
      });
    }),
    { numRuns: 200 },
  );
});

test('each quarter of an hour of a fleet is what its stores were seen to be, with their coverage', () => {
  fc.assert(
    fc.property(knownStores, fc.nat(), (stores, pick) => {
      const asOf = stores[0]?.asOf ?? 0;
      const begin = asOf - FLEET_HISTORY;
      const sums = tallyOf(stores, HOUR).quarters();
      const { length } = sums.polls;
      const quarter = pick % length;
      const at = sums.from + quarter * QUARTER;
      assert.equal(at % QUARTER, 0);
      const range = { from: Math.max(begin, at), to: Math.min(asOf, at + QUARTER) };
      const seen = stores.map(
        ({ open, polls }) => timelineOf(open, polls, 0, polls.length, range, asOf, { pollInterval: HOUR }).seen,
      );
      assert.deepEqual(
        [sums.open, sums.up, sums.unknown, sums.covered].map((column) => column[quarter]),
        sumOf(seen.map(({ totals, covered }) => [totals.open, totals.up, totals.unknown, total(covered)])),
      );
      const isLast = quarter === length - 1;
      const made = stores
        .flatMap(({ seen }) => seen)
        .filter(({ instant }) => instant >= range.from && (instant < range.to || (isLast && instant === asOf)));
      assert.equal(sums.polls[quarter], made.length);
    }),
    { numRuns: 300 },
  );
});

test('the quarters of an hour of a week add up to the week, with all of its polls', () => {
  fc.assert(
    fc.property(knownStores, fc.constantFrom(HOUR, NEVER_STALE), (stores, interval) => {
      const tally = tallyOf(stores, interval);
      const { open, up, covered, polls } = tally.quarters();
      const sum = (column: Float64Array) => column.reduce((total, time) => total + time, 0);
      assert.deepEqual(
        [sum(up), sum(open), sum(covered)],
        [tally.last.up[2], tally.last.open[2], tally.last.covered[2]],
      );
      const made = stores
        .flatMap(({ seen }) => seen)
        .filter(({ instant }) => instant >= tally.asOf - FLEET_HISTORY && instant <= tally.asOf);
      assert.equal(sum(polls), made.length);
    }),
    { numRuns: 200 },
  );
});

test('the latest poll is the latest up to as_of, whether it counts or not', () => {
  fc.assert(
    fc.property(knownStores, (stores) => {
      const instants = stores.flatMap(({ seen, asOf }) =>
        seen.map(({ instant }) => instant).filter((at) => at <= asOf),
      );
      assert.equal(tallyOf(stores).latestPoll, instants.length === 0 ? undefined : Math.max(...instants));
    }),
    { numRuns: 200 },
  );
});

test('the worst of a few stores are those with an outage or downtime, each with its state', () => {
  fc.assert(
    fc.property(knownStores, (stores) => {
      const expected = stores.map(({ open, polls, asOf }) => ({
        state: judge(open, polls, asOf, 2 * HOUR),
        downDay: timelineOf(open, polls, 0, polls.length, { from: asOf - DAY, to: asOf }, asOf, { pollInterval: HOUR })
          .seen.totals.down,
      }));
      const bad = expected.flatMap(({ state, downDay }, store) => (state === OFFLINE || downDay > 0 ? [store] : []));
      const { worst } = tallyOf(stores, HOUR);
      assert.deepEqual(worst.map(({ store }) => store).sort(), bad);
      for (const { store, state, downDay, outage } of worst) {
        assert.deepEqual({ state, downDay }, expected[store]);
        if (state === OFFLINE || state === ONLINE) assert.equal(outage !== undefined, state === OFFLINE);
      }
    }),
    { numRuns: 200 },
  );
});

const asOf = Date.parse('2025-06-04T12:00Z');
const always = [asOf - 30 * DAY, asOf + DAY];

/** A store that is always open and was polled these hours ago; the interval is an hour. */
function tallyOfOne(firstPoll: number, ...seen: readonly (readonly [hoursAgo: number, active: boolean])[]) {
  const polls = pollColumns(seen.map(([ago, active]) => ({ store: 0, instant: asOf - ago * HOUR, active })));
  const tally = new FleetTally<string>(asOf, HOUR, 20);
  tally.add('s', always, polls, 0, polls.length, firstPoll);
  return tally;
}

const inHours = (column: Float64Array) => [...column].map((time) => time / HOUR);

test('time before the first poll of a store is unknown in the sums of the fleet', () => {
  const { last, before } = tallyOfOne(asOf - 3 * HOUR, [3, true], [2, true], [1, false]);
  assert.deepEqual(
    [inHours(last.up), inHours(last.down), inHours(last.open), inHours(last.covered)],
    [
      [0, 1.5, 1.5],
      [1, 1.5, 1.5],
      [1, 24, 168],
      [1, 3, 3],
    ],
  );
  assert.deepEqual(
    [inHours(before.up), inHours(before.down), inHours(before.covered)],
    [
      [0.5, 0, 0],
      [0.5, 0, 0],
      [1, 0, 0],
    ],
  );
});

test('time further than two polling intervals from all polls is unknown, at the end and in between', () => {
  const hourly = Array.from({ length: 160 }, (_, i) => [i + 9, true] as const).reverse();
  const stale = tallyOfOne(Number.NaN, ...hourly);
  assert.deepEqual(
    [inHours(stale.last.up), inHours(stale.last.covered)],
    [
      [0, 17, 161],
      [0, 16, 160],
    ],
  );
  assert.deepEqual(inHours(stale.last.down), [0, 0, 0]);
  const gap = tallyOfOne(Number.NaN, [20, true], [10, false], [9, false], [1, false]);
  assert.equal(inHours(gap.last.up)[1], 4, 'two hours on each side of the poll');
  assert.equal(inHours(gap.last.down)[1], 5 + 3);
});

test('the lists count only downtime that was seen, and only outages that were seen', () => {
  const worstOf = (...args: Parameters<typeof tallyOfOne>) =>
    tallyOfOne(...args).worst.map(({ state, downDay, outage }) => [
      state,
      downDay / HOUR,
      outage && [(asOf - outage.since) / HOUR, outage.lost / HOUR, outage.sinceFirstPoll, outage.beganEarlier],
    ]);
  assert.deepEqual(worstOf(asOf - HOUR, [1, false]), [[OFFLINE, 1, [1, 1, true, false]]]);
  assert.deepEqual(worstOf(asOf - 3 * HOUR, [3, false], [1, true]), [[ONLINE, 1, undefined]]);
  assert.deepEqual(worstOf(asOf - 3 * HOUR, [3, true], [1, false]), [[OFFLINE, 2, [2, 2, false, false]]]);
  assert.deepEqual(worstOf(asOf - 20 * DAY, [1, false]), [[OFFLINE, 3, [1, 3, false, true]]]);
  assert.deepEqual(worstOf(asOf - 20 * DAY, [6, true], [5, false]), [[UNKNOWN, 2.5, [5.5, 2.5, false, false]]]);
});

test('a store that was down at its last check is among the outages, whatever its state is now', () => {
  const outages = (...args: Parameters<typeof tallyOfOne>) => [...tallyOfOne(...args).outages.values()].length;
  assert.equal(outages(Number.NaN, [2, true], [1, false]), 1);
  assert.equal(outages(Number.NaN, [9, true], [8, false]), 1);
  assert.equal(outages(Number.NaN, [2, false], [1, true]), 0);
});

test('a store that is closed for the night keeps the outage that it had when it closed', () => {
  const attentionAt = (closing: number, firstDown: number) => {
    const polls = pollColumns(
      [...Array(100).keys()].map((hour) => ({
        store: 0,
        instant: asOf - (100 - hour) * HOUR,
        active: 100 - hour > firstDown,
      })),
    );
    const tally = new FleetTally<string>(asOf, HOUR, 20);
    const open = [asOf - 30 * DAY, asOf - closing * HOUR];
    tally.add('s', open, polls, 0, polls.length);
    const listed = tally.attention.stores.map(({ state, concern, outage }) => [
      state,
      concern,
      outage && [(asOf - outage.since) / HOUR, outage.lost / HOUR],
    ]);
    return [listed, tally.attention.longOffline];
  };
  assert.deepEqual(attentionAt(6, 9), [[[CLOSED, 'closed', [9.5, 3.5]]], { offline: 0, closed: 0, lastKnown: 0 }]);
  assert.deepEqual(attentionAt(6, 60), [[], { offline: 0, closed: 1, lastKnown: 0 }]);
  const [listed] = attentionAt(6, 5);
  assert.deepEqual(listed, [], 'a poll outside the business hours does not count');
});

test('buckets hold what stretches of any length add to them', () => {
  const stretch = fc.tuple(fc.integer({ min: -30, max: 130 }), fc.integer({ min: 0, max: 160 }));
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 8 }), (stretches) => {
      const buckets = new Buckets(5, 10, 9);
      for (const [from, length] of stretches) buckets.add(from / 2, (from + length) / 2);
      const expected = Array.from({ length: 9 }, (_, i) =>
        stretches.reduce((sum, [from, length]) => {
          const piece = Math.min((from + length) / 2, 15 + 10 * i) - Math.max(from / 2, 5 + 10 * i);
          return sum + Math.max(0, piece);
        }, 0),
      );
      assert.deepEqual([...buckets.sums()], expected);
    }),
    { numRuns: 500 },
  );
});

test('the covered time of a report is that of its stores in the fleet', () => {
  fc.assert(
    fc.property(knownStores, (stores) => {
      const asOf = stores[0]?.asOf ?? 0;
      const figures = new FigureColumns(stores.length, false, HOUR);
      for (const [row, { open, polls }] of stores.entries()) {
        const { first, last } = reachOf(polls, 0, polls.length, asOf);
        setCoverage(figures, row, open, polls, first, last, asOf);
      }
      const rows = stores.map((_, row) => WINDOWS.map((_span, w) => figures.covered(row, w)));
      assert.deepEqual(sumOf(rows), [...tallyOf(stores, HOUR).last.covered]);
    }),
    { numRuns: 200 },
  );
});

test('downtime that was planned is not lost, and does not make a store worse', () => {
  const asOf = 20 * DAY;
  const tally = new FleetTally<string>(asOf, HOUR, 20);
  // Down for the last four hours.
  const polls = pollColumns(
    Array.from({ length: 60 }, (_, hour) => ({
      ...{ store: 0, instant: asOf - (59 - hour) * HOUR - HOUR / 2, active: hour < 56 },
    })),
  );
  const open = [0, 30 * DAY];
  tally.add('planned for three hours', open, polls, 0, polls.length, 0, [], [asOf - 4 * HOUR, asOf - HOUR]);
  tally.add('planned until later', open, polls, 0, polls.length, 0, [], [asOf - 4 * HOUR, asOf + HOUR]);
  const [only, ...others] = tally.attention.stores;
  assert.deepEqual([only?.store, others], ['planned for three hours', []]);
  assert.deepEqual([only?.outage?.lost, only?.downDay, only?.outage?.since], [HOUR, HOUR, asOf - 4 * HOUR]);
  assert.equal(tally.last.down[1], 8 * HOUR, 'sums are without regard to plans');
});
