import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeriodResult } from '../../src/analytics/compute.ts';
import { DAY, HOUR, MINUTE } from '../domain/reference.ts';
import { resultOf, type SmallFleet, type SmallQuestion } from '../support/analytics.ts';

const AT = Date.parse('2026-10-05T00:00:00Z');
const DAYS = 10;

/** A generator of numbers from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Simulated {
  readonly fleet: SmallFleet;
  /** The true downtime of a store in a stretch of time. */
  readonly down: (store: number, from: number, to: number) => number;
}

/** Stores of two kinds that fail and recover at random, open from 10:00 to 22:00 UTC and polled about once an hour. */
function simulated(stores: number, seed: number): Simulated {
  const random = numbers(seed);
  const wait = (mean: number) => -mean * Math.log(1 - random());
  const begin = AT - 9 * DAY;
  const end = AT + (DAYS + 9) * DAY;
  const outages: number[][] = [];
  const polls: { store: number; instant: number; active: boolean }[] = [];
  for (let store = 0; store < stores; store++) {
    const [up, down] = store % 3 === 0 ? [9 * HOUR, 50 * MINUTE] : [60 * HOUR, 100 * MINUTE];
    const own: number[] = [];
    let at = begin - 3 * DAY + wait(up);
    while (at < end) {
      const until = at + wait(down);
      own.push(at, until);
      at = until + wait(up);
    }
    outages.push(own);
    for (let poll = begin + random() * HOUR; poll < end; poll += (50 + 20 * random()) * MINUTE) {
      const instant = Math.round(poll);
      polls.push({ store, instant, active: overlap(own, instant, instant + 1) === 0 });
    }
  }
  const week = [0, 1, 2, 3, 4, 5, 6];
  return {
    fleet: {
      stores: Array.from({ length: stores }, (_, store) => ({
        ...{ zone: 'UTC', planned: [] },
        labels: { brand: `b${Math.floor(store / 10)}` },
      })),
      hours: Array.from({ length: stores }, (_, store) =>
        week.map((day) => ({ store, day, start: 10 * HOUR, end: 22 * HOUR })),
      ).flat(),
      polls,
    },
    down: (store, from, to) => overlap(outages[store] as number[], from, to),
  };
}

function overlap(stretches: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = 0; i < stretches.length; i += 2) {
    sum += Math.max(0, Math.min(to, stretches[i + 1] as number) - Math.max(from, stretches[i] as number));
  }
  return sum;
}

const QUESTION: SmallQuestion = {
  ends: { kind: 'dates', dates: { first: AT / DAY, end: AT / DAY + DAYS } },
  asOf: AT + (DAYS + 9) * DAY,
  by: 'day',
  groupBy: ['brand', 'store_id'],
  intervals: true,
};

/** The share of the rows of a level whose interval has the truth, by the days of the period. */
function coverage({ grouping, cells, sums, estimates }: PeriodResult, level: number, { down }: Simulated) {
  const hits: boolean[] = [];
  const isDays = cells.count > 1;
  for (const [group, { values }] of grouping.groups.entries()) {
    if (values.length !== level) continue;
    const members = [...grouping.leafOf.keys()].filter(
      (store) => values[0] === undefined || values[0] === `b${Math.floor(store / 10)}`,
    );
    const own = level === 2 ? members.filter((store) => `s${store}` === values[1]) : members;
    for (let cell = 0; cell < cells.count; cell++) {
      const dates = isDays ? [cell] : Array.from({ length: DAYS }, (_, day) => day);
      const truth = own.reduce(
        (sum, store) =>
          sum +
          dates.reduce((time, day) => time + down(store, AT + day * DAY + 10 * HOUR, AT + day * DAY + 22 * HOUR), 0),
        0,
      );
      const row = group * cells.count + cell;
      const { up, down: figure } = sums.at(row);
      const { low, high } = estimates?.raw.interval(row, up + figure, figure) ?? { low: 0, high: 0 };
      assert.ok(low <= figure && figure <= high, 'the figure is in its interval');
      hits.push(low - 1 <= truth && truth <= high + 1);
    }
  }
  return hits.filter((isHit) => isHit).length / hits.length;
}

test('about nine in ten intervals contain the truth, of stores and of groups, by day and in total', async () => {
  const world = simulated(240, 7);
  const days = await resultOf(world.fleet, QUESTION);
  const total = await resultOf(world.fleet, { ...QUESTION, by: 'total' });
  const near = (share: number, least: number, most: number, what: string) =>
    assert.ok(share >= least && share <= most, `${what}: ${share} of the intervals contain the truth`);
  // 2,400, 240, 240 and 24 intervals: the bounds are three standard deviations of that many draws.
  near(coverage(days, 2, world), 0.88, 0.95, 'days of a store');
  near(coverage(days, 1, world), 0.84, 0.96, 'days of a group');
  near(coverage(total, 2, world), 0.84, 0.96, 'stores');
  near(coverage(total, 1, world), 0.7, 1, 'groups');
});

test('the expected figures of a group are those of its members, and up + down stays the known time', async () => {
  const { fleet } = simulated(40, 3);
  const planned = [AT + 3 * DAY + 12 * HOUR, AT + 3 * DAY + 18 * HOUR];
  const some = { ...fleet, stores: fleet.stores.map((store, i) => (i % 2 === 0 ? { ...store, planned } : store)) };
  const [byRule, expected] = [
    await resultOf(some, QUESTION),
    await resultOf(some, { ...QUESTION, estimator: 'markov' }),
  ];
  const { grouping, cells, sums, estimates } = expected;
  assert.ok(estimates !== undefined, 'there are intervals');
  let differ = 0;
  for (const [group, { values }] of grouping.groups.entries()) {
    const members = grouping.groups.flatMap((other, i) =>
      other.values.length === values.length + 1 && values.every((value, j) => other.values[j] === value) ? [i] : [],
    );
    for (let cell = 0; cell < cells.count; cell++) {
      const row = group * cells.count + cell;
      const [own, rule] = [sums.at(row), byRule.sums.at(row)];
      assert.equal(own.up + own.down, rule.up + rule.down);
      const counted = own.up + own.down - own.planned;
      assert.equal(own.adjustedUp + own.adjustedDown, counted, 'all of it is known');
      if (own.down !== rule.down) differ++;
      if (own.planned === 0) assert.equal(own.adjustedDown, own.down);
      for (const name of ['up', 'down', 'adjustedUp', 'adjustedDown'] as const) {
        const parts = members.map((member) => sums.at(member * cells.count + cell)[name]);
        if (members.length > 0)
          assert.equal(
            parts.reduce((sum, part) => sum + part, 0),
            own[name],
            name,
          );
      }
      for (const [estimate, known, down] of [
        [estimates.raw, own.up + own.down, own.down],
        [estimates.adjusted, counted, own.adjustedDown],
      ] as const) {
        const { low, high } = estimate.interval(row, known, down);
        assert.ok(0 <= low && low <= down && down <= high && high <= known, `${low} ≤ ${down} ≤ ${high} ≤ ${known}`);
      }
    }
  }
  assert.ok(differ > 0, 'an expectation is no rule');
});

test('a store with one poll may have been up or down at any time near it', async () => {
  const { fleet } = simulated(1, 1);
  const polls = [{ store: 0, instant: AT + 12 * HOUR, active: true }];
  const { sums, estimates } = await resultOf({ ...fleet, polls }, { ...QUESTION, by: 'total', groupBy: [] });
  const { up, down } = sums.at(0);
  assert.equal(down, 0);
  const { low, high } = estimates?.raw.interval(0, up, 0) ?? {};
  assert.deepEqual([low, high], [0, up]);
});

test('forced downtime is certain, and polls that do not count say nothing about adjusted figures', async () => {
  const { fleet } = simulated(40, 3);
  const forceDown = [AT + 3 * DAY + 12 * HOUR, AT + 3 * DAY + 18 * HOUR];
  const falseReading = [AT + 5 * DAY, AT + 6 * DAY];
  const of = (stores: SmallFleet['stores'], polls = fleet.polls) =>
    resultOf({ ...fleet, stores, polls }, { ...QUESTION, by: 'day', groupBy: ['store_id'], estimator: 'markov' });
  const [one, ...others] = fleet.stores as [SmallFleet['stores'][number]];
  const found = await of([{ ...one, forceDown, falseReading }, ...others]);
  const plain = await of(fleet.stores);
  // The root comes first; then the first store.
  const at = (day: number) => found.cells.count + day;
  const [forced, misread] = [found.sums.at(at(3)), found.sums.at(at(5))];
  assert.deepEqual([forced.up, forced.down], [plain.sums.at(at(3)).up, plain.sums.at(at(3)).down]);
  assert.equal(forced.adjustedUp + forced.adjustedDown, 12 * HOUR);
  const { low = 0, high = 0 } = found.estimates?.adjusted.interval(at(3), 12 * HOUR, forced.adjustedDown) ?? {};
  assert.ok(6 * HOUR <= low && low <= forced.adjustedDown && forced.adjustedDown <= high, `${low} to ${high}`);
  assert.equal(misread.down, plain.sums.at(at(5)).down, 'raw figures stay');
  const wide = found.estimates?.adjusted.interval(at(5), 12 * HOUR, misread.adjustedDown);
  const narrow = plain.estimates?.adjusted.interval(at(5), 12 * HOUR, plain.sums.at(at(5)).adjustedDown);
  const width = (interval: typeof wide) => (interval === undefined ? 0 : interval.high - interval.low);
  assert.ok(width(wide) > width(narrow), 'without its polls, a day is less certain');
});
