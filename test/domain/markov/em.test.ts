import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS } from '../../../src/domain/interval.ts';
import { type LatentClass, NEVER_DOWN, NEVER_UP, shareUp } from '../../../src/domain/markov/classes.ts';
import { FleetSample, fitMixture, updateRates, updateWeights } from '../../../src/domain/markov/em.ts';
import { GapTable } from '../../../src/domain/markov/gap-table.ts';
import { StoreGaps } from '../../../src/domain/markov/gaps.ts';
import { Transition } from '../../../src/domain/markov/transition.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { pollColumns } from '../../support/fleet.ts';
import { simulatedFleet } from '../../support/simulated.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

const AS_OF = Date.parse('2025-06-04T12:00:00Z');

/** Stores that are always open and polled once an hour, each with its states from the first poll on. */
function sampleOf(stores: readonly (readonly boolean[])[]): FleetSample {
  const sample = new FleetSample();
  const gaps = new StoreGaps();
  for (const states of stores) {
    const rows = states.map((active, i) => ({ store: 0, instant: AS_OF - (states.length - i) * HOUR, active }));
    gaps.gather(ALWAYS, pollColumns(rows), 0, rows.length, AS_OF);
    sample.add(gaps);
  }
  return sample;
}

const positive = fc.double({ min: 0.001, max: 1, noNaN: true });

test('the weights become the mean of the stores’ class probabilities and of the prior', () => {
  // Two stores: the first is of class 0 for sure, the second of class 1 with odds of 3 to 1.
  const likelihoods = Float64Array.of(1, 0, 1 / 3, 1);
  const weights = updateWeights(likelihoods, 2, Float64Array.of(0.5, 0.5), Float64Array.of(1, 1));
  assert.ok(Math.abs((weights[0] ?? 0) - (1 + 1 + 0.25) / 4) < 1e-12, `weight ${weights[0]}`);
  assert.ok(Math.abs((weights[1] ?? 0) - (1 + 0 + 0.75) / 4) < 1e-12, `weight ${weights[1]}`);
});

test('an update of the weights never makes the sample and the prior less likely', () => {
  const drawn = fc.tuple(
    fc.array(fc.tuple(positive, positive, positive), { minLength: 1, maxLength: 20 }),
    fc.tuple(positive, positive, positive),
    fc.tuple(positive, positive, positive),
  );
  fc.assert(
    fc.property(drawn, ([rows, start, pseudo]) => {
      const likelihoods = Float64Array.from(rows.flat());
      const prior = Float64Array.from(pseudo);
      const objective = (weights: Float64Array): number =>
        rows.reduce((sum, row) => sum + Math.log(row.reduce((p, l, k) => p + l * (weights[k] ?? 0), 0)), 0) +
        prior.reduce((sum, count, k) => sum + count * Math.log(weights[k] ?? 0), 0);
      const all = start[0] + start[1] + start[2];
      let weights = Float64Array.from(start, (weight) => weight / all);
      for (let i = 0; i < 5; i++) {
        const next = updateWeights(likelihoods, 3, weights, prior);
        assert.ok(Math.abs(next.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, `weights ${next}`);
        assert.ok(objective(next) >= objective(weights) - 1e-9, `${objective(next)} after ${objective(weights)}`);
        weights = Float64Array.from(next);
      }
    }),
  );
});

test('the rates become expected changes by expected time, over-relaxed', () => {
  const old: LatentClass = { failure: 1 / (10 * HOUR), recovery: 1 / (40 * MINUTE) };
  const origin: LatentClass = { failure: 1 / (8 * HOUR), recovery: 1 / (32 * MINUTE) };
  // Up, up, down, down, up: one gap of an hour with each pair of ends.
  const sample = sampleOf([[true, true, false, false, true]]);
  const [updated] = updateRates(sample, [0], new GapTable([old]), Float64Array.of(1, 0, 0, 0), Float64Array.of(1), [
    origin,
  ]);
  const t = new Transition();
  t.set({ enter: old.failure, leave: old.recovery }, HOUR);
  const down = t.g00 / t.p00 + t.g01 / t.p01 + t.g10 / t.p10 + t.g11 / t.p11;
  const failures = t.n00 / t.p00 + t.n01 / t.p01 + t.n10 / t.p10 + t.n11 / t.p11;
  // As often up as down at the end, so there are as many recoveries as failures.
  const expected = (from: number, changes: number, time: number, prior: number) =>
    from * ((0.5 + changes) / (0.5 / prior + time) / from) ** 1.7;
  const failure = expected(old.failure, failures, 4 * HOUR - down, origin.failure);
  const recovery = expected(old.recovery, failures, down, origin.recovery);
  assert.ok(Math.abs((updated?.failure ?? 0) / failure - 1) < 1e-9, `failure ${updated?.failure}, expected ${failure}`);
  assert.ok(Math.abs((updated?.recovery ?? 0) / recovery - 1) < 1e-9, `recovery ${updated?.recovery}`);
});

test('classes without state changes keep their rates', () => {
  const classes = [NEVER_DOWN, NEVER_UP];
  const updated = updateRates(
    sampleOf([[true, true]]),
    [0],
    new GapTable(classes),
    Float64Array.of(1, 1, 0, 0),
    Float64Array.of(0.5, 0.5),
    classes,
  );
  assert.deepEqual(updated, classes);
});

test('the fit of a fleet with stores always up, always down and in between has all three', () => {
  const week = Array.from({ length: 170 }, (_, i) => i);
  const fleet = [
    ...Array.from({ length: 60 }, () => week.map(() => true)),
    ...Array.from({ length: 20 }, () => week.map(() => false)),
    // Down for two polls in ten.
    ...Array.from({ length: 20 }, (_, store) => week.map((i) => (i + store) % 10 > 1)),
  ];
  const { table, weights } = fitMixture(sampleOf(fleet));
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, `weights ${weights}`);
  const weightOf = (matches: (latentClass: LatentClass) => boolean) =>
    table.classes.reduce((sum, latentClass, k) => sum + (matches(latentClass) ? (weights[k] ?? 0) : 0), 0);
  const near = (weight: number, expected: number, what: string) =>
    assert.ok(Math.abs(weight - expected) < 0.05, `${what}: weight ${weight}, expected ${expected}`);
  near(
    weightOf((c) => shareUp(c) > 0.97),
    0.6,
    'always up',
  );
  near(
    weightOf((c) => shareUp(c) < 0.03),
    0.2,
    'always down',
  );
  near(
    weightOf((c) => Math.abs(shareUp(c) - 0.8) < 0.05),
    0.2,
    'up four fifths of the time',
  );
});

test('the rates and weights of a simulated fleet of equal stores are found', () => {
  const { batch, asOf } = simulatedFleet('churny', 300, 5);
  const sample = new FleetSample();
  const gaps = new StoreGaps();
  eachStore(batch, asOf, (_, open, first, last) => {
    if (gaps.gather(open, batch.polls, first, last, asOf)) sample.add(gaps);
  });
  const { table, weights } = fitMixture(sample);
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, 'weights add up to 1');
  // Up for 4 hours, down for 45 minutes on average.
  const mean = (figure: (latentClass: LatentClass) => number) =>
    table.classes.reduce((sum, latentClass, k) => sum + (weights[k] ?? 0) * figure(latentClass), 0);
  const up = mean(shareUp);
  assert.ok(Math.abs(up - 4 / 4.75) < 0.02, `up ${up} of the time`);
  const failures = mean(({ failure }) => failure) * HOUR;
  assert.ok(failures > 0.2 && failures < 0.32, `${failures} failures an hour up`);
});

test('an empty sample gives the prior, with rates of hours and days', () => {
  const { table, weights } = fitMixture(new FleetSample());
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, `weights ${weights}`);
  const neverDown = table.classes.indexOf(NEVER_DOWN);
  assert.ok(Math.abs((weights[neverDown] ?? 0) - 0.25) < 1e-9, `weight of never down: ${weights[neverDown]}`);
  for (const { failure } of table.classes) assert.ok(failure <= 1 / HOUR, `a failure every ${1 / failure / DAY} days`);
});
