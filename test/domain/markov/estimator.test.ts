import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FigureColumns } from '../../../src/domain/figures.ts';
import { ALWAYS, contains, intersect, total, union } from '../../../src/domain/interval.ts';
import { type LatentClass, shareUp } from '../../../src/domain/markov/classes.ts';
import { FleetSample, fitMixture } from '../../../src/domain/markov/em.ts';
import { type EstimatorName, FleetEstimator } from '../../../src/domain/markov/estimator.ts';
import { GapTable, gapAt, KNOTS, UP_UP } from '../../../src/domain/markov/gap-table.ts';
import { StoreGaps } from '../../../src/domain/markov/gaps.ts';
import { DowntimePosterior } from '../../../src/domain/markov/posterior.ts';
import { arrangePolls } from '../../../src/domain/polls.ts';
import { type Batch, batchUptime, eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import { nineFigures } from '../../support/figures.ts';
import { type HoursRow, type PollRow, pollColumns, scheduleOf } from '../../support/fleet.ts';
import { simulatedFleet } from '../../support/simulated.ts';
import { slowEstimate } from '../../support/slow-estimate.ts';
import { clock, DAY, HOUR, MINUTE } from '../reference.ts';

const AS_OF = Date.parse('2025-06-04T12:34:56.789Z');
const AS_OF_SHARP = Date.parse('2025-06-04T12:30:00Z');

function estimated(name: EstimatorName, batch: Batch, asOf: number) {
  const figures = new FigureColumns(batch.schedule.stores, true);
  new FleetEstimator().estimate(name, batch, asOf, figures, 0);
  return figures;
}

function batchOf(stores: number, hours: readonly HoursRow[], polls: readonly PollRow[]): Batch {
  const zoned = Array.from({ length: stores }, (_, store) => [store, 'UTC'] as const);
  return {
    schedule: scheduleOf({ stores, zones: new Map(zoned), hours }, AS_OF),
    polls: arrangePolls(pollColumns(polls), stores),
  };
}

/** Polls about an hour apart, now and then half a day, with runs of either state. */
const polls = fc
  .array(
    fc.record({ gap: fc.integer({ min: 2, max: 100 }), long: fc.nat(20), turn: fc.nat(5), counts: fc.boolean() }),
    {
      maxLength: 150,
    },
  )
  .map((drawn) => {
    const seen: { instant: number; active: boolean }[] = [];
    let [at, active] = [AS_OF, true];
    for (const { gap, long, turn } of drawn) {
      at -= (gap + (long === 0 ? 600 : 0)) * MINUTE;
      if (turn === 0) active = !active;
      if (at >= AS_OF - 8 * DAY) seen.push({ instant: at, active });
    }
    return seen.reverse();
  });

const someHours = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 20 })), { maxLength: 9 })
  .map((rows) => rows.map(([day, hour]) => ({ store: 0, day, start: clock(hour), end: clock((hour + 9) % 24) })));

/** On five minutes sharp, as `AS_OF_SHARP` is: polls at windows' ends and at openings and closings, and pairs a millisecond apart. */
const sharpPolls = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 14 }) },
        { weight: 2, arbitrary: fc.integer({ min: 14, max: 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: 60, max: 600 }) },
      ),
      pair: fc.nat(15),
      turn: fc.nat(6),
    }),
    { minLength: 1, maxLength: 160 },
  )
  .map((drawn) => {
    const seen: { instant: number; active: boolean }[] = [];
    let [at, active] = [AS_OF_SHARP, true];
    for (const { gap, pair, turn } of drawn) {
      at -= pair === 0 ? 1 : gap * 5 * MINUTE;
      if (turn === 0) active = !active;
      if (at >= AS_OF_SHARP - 8 * DAY && seen.at(-1)?.instant !== at) seen.push({ instant: at, active });
    }
    return seen.reverse();
  });

/** Any number of segments a day, on five minutes sharp. */
const sharpHours = fc
  .array(fc.record({ day: fc.nat(6), start: fc.nat(287), length: fc.integer({ min: 1, max: 200 }) }), { maxLength: 24 })
  .map((rows) =>
    rows.map(({ day, start, length }) => ({
      store: 0,
      day,
      start: start * 5 * MINUTE,
      end: ((start + length) % 288) * 5 * MINUTE,
    })),
  );

/** Hours and polls of one store, and the instant of its report. */
const anyStore = fc.oneof(
  fc.tuple(someHours, polls, fc.constant(AS_OF)),
  fc.tuple(sharpHours, sharpPolls, fc.constant(AS_OF_SHARP)),
);

test('figures and ranges keep within the open time, and nearest is what it is without them', () => {
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        2,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      const plain = new FigureColumns(2);
      batchUptime(batch, asOf, plain, 0);
      const rule = estimated('nearest', batch, asOf);
      const chain = estimated('markov', batch, asOf);
      for (const store of [0, 1]) {
        assert.deepEqual(nineFigures(rule, store), nineFigures(plain, store));
        for (const w of WINDOWS.keys()) {
          const open = plain.open(store, w);
          assert.equal(chain.open(store, w), open);
          const known = chain.polls(store, 2) > 0 || plain.up(store, w) + plain.down(store, w) > 0;
          for (const figures of [rule, chain]) {
            const [low, up, high] = [figures.low(store, w), figures.up(store, w), figures.high(store, w)];
            assert.ok(0 <= low && low <= up && up <= high && high <= open, `${low} ≤ ${up} ≤ ${high} ≤ ${open}`);
            if (known) assert.equal(up + figures.down(store, w), open);
          }
        }
      }
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('a store with no poll that counts may have been up for none or all of its open time', () => {
  const figures = estimated('markov', batchOf(1, [], []), AS_OF);
  for (const [w, window] of WINDOWS.entries()) {
    assert.deepEqual([figures.up(0, w), figures.down(0, w), figures.open(0, w)], [0, 0, window]);
    assert.deepEqual([figures.low(0, w), figures.high(0, w), figures.polls(0, w)], [0, window, 0]);
    assert.equal(figures.longestGap(0, w), window);
  }
});

test('polls are counted by window, and the longest open time between two of them found', () => {
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        1,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      const figures = estimated('nearest', batch, asOf);
      eachStore(batch, asOf, (_, open) => {
        const counting = seen.map(({ instant }) => instant).filter((instant) => contains(open, instant));
        for (const [w, window] of WINDOWS.entries()) {
          const start = asOf - window;
          assert.equal(figures.polls(0, w), counting.filter((instant) => instant >= start).length);
          const cuts = [start, ...counting.filter((instant) => instant > start), asOf];
          const gaps = cuts
            .slice(1)
            .map((to, i) => total(intersect(open, [cuts[i] ?? to, Math.max(to, cuts[i] ?? to)])));
          assert.equal(figures.longestGap(0, w), Math.max(...gaps));
        }
      });
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('tables and shortcuts change the estimate of a store by less than a fiftieth of its open time', () => {
  const classes = [
    { failure: 1 / (5 * HOUR), recovery: 1 / (40 * MINUTE) },
    { failure: 1 / (4 * DAY), recovery: 1 / (6 * HOUR) },
  ];
  const chains = classes.map(
    (latentClass) => new DowntimePosterior({ table: new GapTable([latentClass]), weights: Float64Array.of(1) }),
  );
  const gaps = new StoreGaps();
  fc.assert(
    fc.property(anyStore, fc.nat(1), ([hours, seen, asOf], pick) => {
      const [latentClass, downtime] = [classes[pick], chains[pick]];
      const batch = batchOf(
        1,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      eachStore(batch, asOf, (_, open, first, last) => {
        if (!latentClass || !downtime || !gaps.gather(open, batch.polls, first, last, asOf)) return;
        downtime.estimate(open, gaps, asOf);
        const counting = seen.filter(({ instant }) => contains(open, instant));
        const exact = slowEstimate(open, counting, asOf, [latentClass], [1]);
        for (const [w, { open: openTime, mean, deviation, never, always }] of exact.entries()) {
          const [got, spread] = [downtime.mean[w] ?? Number.NaN, Math.sqrt(downtime.variance[w] ?? Number.NaN)];
          assert.ok(Math.abs(got - mean) <= 0.02 * openTime + 1, `mean ${got}, exactly ${mean}, of ${openTime}`);
          // Of a few minutes after opening the deviation is some seconds off.
          assert.ok(Math.abs(spread - deviation) <= 0.02 * openTime + 5_000, `${spread}, exactly ${deviation}`);
          const [up, down] = [downtime.never[w] ?? Number.NaN, downtime.always[w] ?? Number.NaN];
          assert.ok(Math.abs(up - never) <= 0.03, `never ${up}, exactly ${never}`);
          assert.ok(Math.abs(down - always) <= 0.03, `always ${down}, exactly ${always}`);
        }
      });
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

test('leaving out classes that a store hardly is changes its estimate by less than a twenty-fifth of its open time', () => {
  const { batch, asOf } = simulatedFleet('late-openings', 800, 77);
  const sample = new FleetSample();
  const gaps = new StoreGaps();
  eachStore(batch, asOf, (_, open, first, last) => {
    if (gaps.gather(open, batch.polls, first, last, asOf)) sample.add(gaps);
  });
  const fleet = fitMixture(sample);
  const downtime = new DowntimePosterior(fleet);
  const { instant, active } = batch.polls;
  eachStore(batch, asOf, (store, open, first, last) => {
    if (!gaps.gather(open, batch.polls, first, last, asOf)) return;
    downtime.estimate(open, gaps, asOf);
    const seen = Array.from({ length: last - first }, (_, i) => ({
      instant: instant[first + i] ?? Number.NaN,
      active: active[first + i] === 1,
    }));
    const counting = seen.filter((poll) => contains(open, poll.instant));
    const exact = slowEstimate(open, counting, asOf, fleet.table.classes, fleet.weights);
    for (const [w, { open: openTime, mean, deviation }] of exact.entries()) {
      const [got, spread] = [downtime.mean[w] ?? Number.NaN, Math.sqrt(downtime.variance[w] ?? Number.NaN)];
      assert.ok(Math.abs(got - mean) <= 0.04 * openTime + 1, `store ${store}: mean ${got}, exactly ${mean}`);
      assert.ok(Math.abs(spread - deviation) <= 0.04 * openTime + 1, `store ${store}: ${spread}, exactly ${deviation}`);
    }
  });
});

test('a run of short gaps with one long among them counts as gaps of lengths that occur', () => {
  const ages = [0, 10, 20, 30, 40, 50, 60, 70, 219].map((minutes) => minutes * MINUTE);
  const rows = ages.reverse().map((age) => ({ store: 0, instant: AS_OF - 2 * HOUR - age, active: true }));
  const gaps = new StoreGaps();
  gaps.gather(ALWAYS, pollColumns(rows), 0, rows.length, AS_OF);
  let [number, length] = [0, 0];
  const { all } = gaps;
  for (let i = 0; i < all.length; i++) {
    const [cell, count] = [all.cells[i] ?? Number.NaN, all.counts[i] ?? Number.NaN];
    assert.equal(Math.floor(cell / KNOTS), UP_UP);
    number += count;
    length += count * gapAt(cell % KNOTS);
  }
  assert.ok(Math.abs(number - 8) < 1e-9, `${number} gaps`);
  assert.ok(Math.abs(length - 219 * MINUTE) < 1, `${length / MINUTE} minutes`);
});

test('a fleet whose stores are all alike is learned from their polls', () => {
  const { batch, asOf } = simulatedFleet('churny', 300, 5);
  const sample = new FleetSample();
  const gaps = new StoreGaps();
  eachStore(batch, asOf, (_, open, first, last) => {
    if (gaps.gather(open, batch.polls, first, last, asOf)) sample.add(gaps);
  });
  const { table, weights } = fitMixture(sample);
  assert.ok(Math.abs(weights.reduce((sum, share) => sum + share, 0) - 1) < 1e-9, 'weights add up to 1');
  // Up for 4 hours, down for 45 minutes on average.
  const mean = (figure: (latentClass: LatentClass) => number) =>
    table.classes.reduce((sum, latentClass, k) => sum + (weights[k] ?? 0) * figure(latentClass), 0);
  const up = mean(shareUp);
  assert.ok(Math.abs(up - 4 / 4.75) < 0.02, `up ${up} of the time`);
  const failures = mean(({ failure }) => failure) * HOUR;
  assert.ok(failures > 0.2 && failures < 0.32, `${failures} failures an hour up`);
});

test('of three stores none teaches the others that nothing ever happens', () => {
  const seen = Array.from({ length: 190 }, (_, i) => AS_OF - (i + 0.5) * HOUR);
  const rows = [0, 1, 2].flatMap((store) => seen.map((instant) => ({ store, instant, active: true })));
  const figures = estimated('markov', batchOf(3, [], rows), AS_OF);
  assert.ok(figures.up(0, 2) > 0.99 * 7 * DAY, 'nearly always up');
  assert.ok(figures.up(0, 2) < 7 * DAY, 'though nobody looked between the polls');
  assert.ok(figures.low(0, 2) < 7 * DAY, 'so that the range has a width');
});

test('a store that is unlike all others of its fleet is believed its own polls', () => {
  const seen = Array.from({ length: 190 }, (_, i) => AS_OF - (i + 0.5) * HOUR);
  for (const usual of [true, false]) {
    // The sample has every second store, so it misses the unusual one.
    const rows = Array.from({ length: 2000 }, (_, store) =>
      seen.map((instant) => ({ store, instant, active: (store === 1) !== usual })),
    ).flat();
    const figures = estimated('markov', batchOf(2000, [], rows), AS_OF);
    for (const [w, window] of WINDOWS.entries()) {
      const up = figures.up(1, w) / window;
      assert.ok(usual ? up < 0.05 : up > 0.95, `up ${up} of a window beside stores that are ${usual}`);
    }
  }
});

test('two polls of one store leave its week in doubt', () => {
  const rows = [50, 20].map((minutes) => ({ store: 0, instant: AS_OF - minutes * MINUTE, active: true }));
  const figures = estimated('markov', batchOf(1, [], rows), AS_OF);
  const [low, up, high] = [figures.low(0, 2), figures.up(0, 2), figures.high(0, 2)];
  assert.ok(low < 6 * DAY && up < 7 * DAY && high <= 7 * DAY, `${low / HOUR} ≤ ${up / HOUR} ≤ ${high / HOUR} hours`);
});

test('the chain is closer to the truth than the rule, and its ranges hold nine of ten truths', () => {
  const { batch, asOf, up } = simulatedFleet('sparse-polls', 600, 9);
  const chain = estimated('markov', batch, asOf);
  const rule = estimated('nearest', batch, asOf);
  const week = 2;
  const squares = { chain: 0, rule: 0 };
  let [inside, stores] = [0, 0];
  for (let store = 0; store < batch.schedule.stores; store++) {
    if (chain.polls(store, week) === 0) continue;
    const truth = up[store * WINDOWS.length + week] ?? Number.NaN;
    squares.chain += ((chain.up(store, week) - truth) / HOUR) ** 2;
    squares.rule += ((rule.up(store, week) - truth) / HOUR) ** 2;
    stores++;
    if (truth >= chain.low(store, week) - 1 && truth <= chain.high(store, week) + 1) inside++;
  }
  assert.ok(squares.chain < 0.75 * squares.rule, `${squares.chain} beside ${squares.rule}`);
  assert.ok(inside / stores > 0.86 && inside / stores < 0.94, `${inside} of ${stores}`);
});

test('an open time without bounds is no obstacle', () => {
  const gaps = new StoreGaps();
  const one = pollColumns([{ store: 0, instant: AS_OF - HOUR / 2, active: true }]);
  assert.equal(gaps.gather(ALWAYS, one, 0, 1, AS_OF), true);
  const downtime = new DowntimePosterior({
    table: new GapTable([{ failure: 1 / DAY, recovery: 1 / HOUR }]),
    weights: Float64Array.of(1),
  });
  downtime.estimate(ALWAYS, gaps, AS_OF);
  for (const value of [...downtime.mean, ...downtime.variance, ...downtime.never, ...downtime.always]) {
    assert.ok(Number.isFinite(value) && value >= 0, `${value}`);
  }
  assert.equal(gaps.gather(union([]), one, 0, 1, AS_OF), false);
});
