import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Buckets } from '../../src/domain/buckets.ts';
import { FLEET_HOURS, FleetTally } from '../../src/domain/fleet.ts';
import { OFFLINE } from '../../src/domain/state.ts';
import { timelineOf } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { WorstStores } from '../../src/domain/worst.ts';
import { pollColumns } from '../support/fleet.ts';
import { figuresAt, judge, type KnownStore, knownStores } from './known-store.ts';
import { DAY, HOUR, MINUTE } from './reference.ts';

const STALE_AFTER = 2 * HOUR;

function tallyOf(stores: readonly KnownStore[]): FleetTally<number> {
  const tally = new FleetTally<number>(stores[0]?.asOf ?? 0, STALE_AFTER, 20);
  for (const [store, { open, polls }] of stores.entries()) tally.add(store, open, polls, 0, polls.length);
  return tally;
}

function sumOf(rows: readonly (readonly number[])[]): number[] {
  return rows.reduce<number[]>((sums, row) => row.map((value, i) => (sums[i] ?? 0) + value), []);
}

test('the sums of a fleet are those of the reports of its stores, now and one window ago', () => {
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

test('each hour of a fleet is what the timelines of its stores say of it', () => {
  fc.assert(
    fc.property(knownStores, fc.integer({ min: 0, max: FLEET_HOURS - 1 }), (stores, hour) => {
      const asOf = stores[0]?.asOf ?? 0;
      const from = asOf - (FLEET_HOURS - hour) * HOUR;
      const range = { from, to: from + HOUR };
      const totals = stores.map(({ open, polls }) => timelineOf(open, polls, 0, polls.length, range, asOf).totals);
      const { open, up, unknown, polls } = tallyOf(stores).hourly();
      assert.deepEqual(
        [open[hour], up[hour], unknown[hour]],
        sumOf(totals.map((total) => [total.open, total.up, total.unknown])),
      );
      const made = stores.flatMap(({ seen }) => seen).filter(({ instant }) => instant > from && instant <= range.to);
      assert.equal(polls[hour], made.length);
    }),
    { numRuns: 300 },
  );
});

test('the hours of a week add up to the week, and the last 24 to the day', () => {
  fc.assert(
    fc.property(knownStores, (stores) => {
      const tally = tallyOf(stores);
      const { open, up } = tally.hourly();
      const sum = (column: Float64Array, hours: number) =>
        column.slice(-hours).reduce((total, time) => total + time, 0);
      [1, 24, 168].forEach((hours, w) => {
        assert.deepEqual([sum(up, hours), sum(open, hours)], [tally.last.up[w], tally.last.open[w]]);
      });
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
      const expected = stores.map(({ open, polls, asOf, figures }) => ({
        state: judge(open, polls, asOf, STALE_AFTER),
        downDay: figures[4] ?? 0,
      }));
      const bad = expected.flatMap(({ state, downDay }, store) => (state === OFFLINE || downDay > 0 ? [store] : []));
      const { worst } = tallyOf(stores);
      assert.deepEqual(worst.map(({ store }) => store).sort(), bad);
      for (const { store, state, downDay, outage } of worst) {
        assert.deepEqual({ state, downDay }, expected[store]);
        assert.equal(outage !== undefined, state === OFFLINE);
      }
    }),
    { numRuns: 200 },
  );
});

test('a store that is new has no downtime from before its first poll among the worst', () => {
  const asOf = Date.parse('2025-06-04T12:00Z');
  const always = [asOf - 30 * DAY, asOf + DAY];
  const worstOf = (firstPoll: number, ...seen: readonly (readonly [ago: number, active: boolean])[]) => {
    const polls = pollColumns(seen.map(([ago, active]) => ({ store: 0, instant: asOf - ago, active })));
    const tally = new FleetTally<string>(asOf, STALE_AFTER, 20);
    tally.add('new', always, polls, 0, polls.length, firstPoll);
    assert.equal((tally.last.up[2] ?? 0) + (tally.last.down[2] ?? 0), 7 * DAY, 'the sums are those of reports');
    return tally.worst.map(({ downDay, outage }) => [downDay / MINUTE, outage?.lost && outage.lost / MINUTE]);
  };
  assert.deepEqual(worstOf(asOf - HOUR, [HOUR, false]), [[60, 60]]);
  assert.deepEqual(worstOf(asOf - 3 * HOUR, [3 * HOUR, false], [HOUR, true]), [[60, undefined]]);
  assert.deepEqual(worstOf(asOf - 3 * HOUR, [3 * HOUR, true], [HOUR, false]), [[120, 120]]);
  assert.deepEqual(worstOf(asOf - 20 * DAY, [HOUR, false]), [[1440, 8 * 1440]]);
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

const outage = (lost: number) => ({ since: 0, lost: lost * MINUTE, sinceFirstPoll: false });

test('the worst stores are those offline for longest, then those with the most downtime of a day', () => {
  const worst = new WorstStores<number>(4);
  worst.add(1, 2, undefined, 0);
  worst.add(2, 2, undefined, 5 * HOUR);
  worst.add(3, 0, outage(10), HOUR);
  worst.add(4, 3, undefined, DAY);
  worst.add(5, 0, outage(60), HOUR);
  worst.add(6, 2, undefined, HOUR);
  worst.add(7, 0, outage(10), 2 * HOUR);
  assert.deepEqual(
    worst.stores.map(({ store }) => store),
    [5, 3, 7, 4],
  );
});

test('the worst few of many are the same however the stores come', () => {
  const drawn = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 30 });
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 5 }), (downtimes, limit) => {
      const worst = new WorstStores<number>(limit);
      for (const down of downtimes) worst.add(down, 2, undefined, down);
      const expected = [...downtimes].sort((a, b) => b - a).slice(0, limit);
      assert.deepEqual(
        worst.stores.map(({ downDay }) => downDay),
        expected,
      );
    }),
  );
});
