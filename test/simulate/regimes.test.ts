import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR } from '../../src/domain/hours.ts';
import { totalWithin } from '../../src/domain/interval.ts';
import { type Distribution, draw, meanOf } from '../../src/simulate/distribution.ts';
import { downStretches } from '../../src/simulate/path.ts';
import { Random } from '../../src/simulate/random.ts';
import { REGIME_NAMES, REGIMES, type RegimeName } from '../../src/simulate/regimes.ts';
import { Fleet } from '../../src/simulate/store.ts';

const END = Date.UTC(2026, 10, 4, 19, 30);

test('durations have the mean that they are said to have', () => {
  const kinds: Distribution[] = [
    { kind: 'exponential', mean: DAY },
    { kind: 'uniform', from: HOUR, to: 3 * HOUR },
    { kind: 'lognormal', mean: DAY, spread: 0.8 },
    { kind: 'weibull', mean: DAY, shape: 0.6 },
    { kind: 'weibull', mean: DAY, shape: 1 },
  ];
  for (const kind of kinds) {
    const random = new Random(1, 2, 3);
    const drawn = Array.from({ length: 100_000 }, () => draw(kind, random));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    assert.ok(Math.abs(mean / meanOf(kind) - 1) < 0.02, `${JSON.stringify(kind)}: ${mean}`);
  }
});

test('a Weibull time of shape 1 is exponential', () => {
  const weibull = draw({ kind: 'weibull', mean: DAY, shape: 1 }, new Random(1, 2, 3));
  assert.equal(weibull, draw({ kind: 'exponential', mean: DAY }, new Random(1, 2, 3)));
});

test('a store of bursty times is down as often in its first hour as in its hundredth', () => {
  const health = {
    kind: 'in turns',
    up: { kind: 'lognormal', mean: DAY, spread: 1.3 },
    down: { kind: 'weibull', mean: 6 * HOUR, shape: 0.6 },
  } as const;
  const late = { chance: 0, delay: health.up };
  const shares = [0, 0];
  const stores = 20_000;
  for (let index = 0; index < stores; index++) {
    const down = downStretches(health, late, [], 0, 101 * HOUR, new Random(5, index, 1));
    assert.ok((down[0] ?? 0) >= 0, `an outage begins at ${down[0]}`);
    for (const [i, hour] of [0, 100].entries()) {
      shares[i] = (shares[i] ?? 0) + totalWithin(down, hour * HOUR, (hour + 1) * HOUR) / HOUR / stores;
    }
  }
  // A fifth of the time; the deviation of each share is below 0.003.
  for (const share of shares) assert.ok(Math.abs(share - 0.2) < 0.012, `down ${share} of the time`);
});

test('nobody is polled while the poller is down, and otherwise the fleet is the same', () => {
  const ages = (regime: RegimeName, index: number) =>
    new Fleet(1, 8, END, regime).store(index).polls.map((micros) => (END - micros / 1000) / HOUR);
  for (let index = 0; index < 20; index++) {
    const [all, some] = [ages('heterogeneous', index), ages('poller-outage', index)];
    const missing = (age: number) => (age > 37 && age <= 76) || (age > 6 && age <= 15);
    assert.deepEqual(
      some,
      all.filter((age) => !missing(age)),
    );
  }
});

test('a regime decides how stores fail and leaves their hours alone', () => {
  const weeks = REGIME_NAMES.map((name) => new Fleet(1, 1, END, name).store(3).habits.week);
  for (const week of weeks) assert.deepEqual(week, weeks[0]);
  const share = (name: RegimeName) => {
    const fleet = new Fleet(1, 1, END, name);
    const sums = [0, 0];
    for (let index = 0; index < 400; index++) {
      const { up, open } = fleet.truth(fleet.store(index));
      sums[0] = (sums[0] ?? 0) + (up[2] ?? 0);
      sums[1] = (sums[1] ?? 0) + (open[2] ?? 0);
    }
    return (sums[0] ?? 0) / (sums[1] ?? 0);
  };
  for (const [name, expected] of [
    ['churny', 4 / 4.75],
    ['long-outages', 96 / 108],
    ['lognormal', 24 / 25.5],
    ['weibull', 24 / 25.5],
  ] as const) {
    assert.ok(Math.abs(share(name) - expected) < 0.02, `${name}: up ${share(name)}, expected ${expected}`);
    assert.equal(REGIMES[name].exponential, name === 'churny' || name === 'long-outages');
  }
  assert.ok(share('late-openings') < share('calm') - 0.01, 'late openings take some of the time');
});
