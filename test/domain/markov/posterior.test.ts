import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, contains, union } from '../../../src/domain/interval.ts';
import { type LatentClass, NEVER_DOWN, NEVER_UP } from '../../../src/domain/markov/classes.ts';
import { FleetSample, fitMixture } from '../../../src/domain/markov/em.ts';
import { GapTable } from '../../../src/domain/markov/gap-table.ts';
import { StoreGaps } from '../../../src/domain/markov/gaps.ts';
import { DowntimePosterior } from '../../../src/domain/markov/posterior.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import { type PollRow, pollColumns } from '../../support/fleet.ts';
import { simulatedFleet } from '../../support/simulated.ts';
import { slowEstimate } from '../../support/slow-estimate.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';
import { AS_OF, anyStore, batchOf } from './any-store.ts';

/** The posterior of a store that is always open, by its polls `[age, active]`. */
function posteriorOf(
  classes: readonly LatentClass[],
  weights: readonly number[],
  polls: readonly (readonly [age: number, active: boolean])[],
): DowntimePosterior {
  const rows = polls.map(([age, active]): PollRow => ({ store: 0, instant: AS_OF - age, active }));
  const gaps = new StoreGaps();
  assert.ok(gaps.gather(ALWAYS, pollColumns(rows), 0, rows.length, AS_OF), 'polls count');
  const posterior = new DowntimePosterior({ table: new GapTable(classes), weights: Float64Array.from(weights) });
  posterior.estimate(ALWAYS, gaps, AS_OF);
  return posterior;
}

function near(got: number | undefined, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs((got ?? Number.NaN) - expected) <= tolerance, `${what}: ${got}, expected ${expected}`);
}

test('a single poll gives the closed form of a chain that runs from it in both directions', () => {
  const [failure, recovery] = [1 / (4 * HOUR), 1 / (45 * MINUTE)];
  const rate = failure + recovery;
  // The expected time down within t of a poll that saw the store up, and that of a poll that saw it down.
  const afterUp = (t: number) => (failure / rate) * (t - -Math.expm1(-rate * t) / rate);
  const afterDown = (t: number) => (failure / rate) * t + (recovery / rate) * (-Math.expm1(-rate * t) / rate);
  const age = 20 * MINUTE;
  for (const [active, expected] of [
    [true, afterUp],
    [false, afterDown],
  ] as const) {
    const { mean, never, always, open } = posteriorOf([{ failure, recovery }], [1], [[age, active]]);
    for (const [w, window] of WINDOWS.entries()) {
      assert.equal(open[w], window);
      // The hour's edges are tabulated, the longer ones are exact.
      near(mean[w], expected(age) + expected(window - age), 0.003 * window, `mean of window ${w}, active ${active}`);
      near(never[w], active ? Math.exp(-failure * window) : 0, 0.001, `never down in window ${w}`);
      near(always[w], active ? 0 : Math.exp(-recovery * window), 0.001, `always down in window ${w}`);
    }
  }
});

test('the weights of the classes become their posterior probabilities by Bayes’ rule', () => {
  // The store is up at the poll, with a probability of 1 in one class and 1/3 in the other.
  const rare: LatentClass = { failure: 2 / HOUR, recovery: 1 / HOUR };
  const probability = (0.5 * 1) / (0.5 * 1 + 0.5 * (1 / 3));
  const { never } = posteriorOf([NEVER_DOWN, rare], [0.5, 0.5], [[HOUR / 2, true]]);
  near(never[0], probability + (1 - probability) * Math.exp(-2), 0.002, 'never down in the hour');
});

test('a poll to the contrary rules out a class that never changes', () => {
  const polls = [
    [50 * MINUTE, true],
    [20 * MINUTE, false],
  ] as const;
  const some: LatentClass = { failure: 1 / DAY, recovery: 1 / HOUR };
  const { mean, never, always } = posteriorOf([NEVER_DOWN, NEVER_UP, some], [0.6, 0.3, 0.1], polls);
  const alone = posteriorOf([some], [1], polls);
  near(mean[0], alone.mean[0] ?? Number.NaN, 1e-6, 'mean of the hour');
  assert.deepEqual([never[0], always[0]], [0, 0]);
});

test('the variance includes the uncertainty about the class', () => {
  // Up or down for all of the hour, each with a probability of a half.
  const polls = [[30 * MINUTE, true]] as const;
  const fast: LatentClass = { failure: 1000 / HOUR, recovery: 1000 / HOUR };
  const { mean, variance } = posteriorOf([NEVER_DOWN, fast], [1 / 3, 2 / 3], polls);
  near(mean[0], HOUR / 4, 0.002 * HOUR, 'mean');
  near(Math.sqrt(variance[0] ?? Number.NaN), HOUR / 4, 0.02 * HOUR, 'deviation');
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
          // A few minutes after opening, the deviation is off by some seconds.
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

test('leaving out improbable classes changes the estimate of a store by less than a twenty-fifth of its open time', () => {
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

test('open time may be unbounded', () => {
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
