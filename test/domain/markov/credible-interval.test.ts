import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { betaQuantile, credibleInterval, type SharePosterior } from '../../../src/domain/markov/credible-interval.ts';

function intervalOf(posterior: SharePosterior): [low: number, high: number] {
  const interval = { low: Number.NaN, high: Number.NaN };
  credibleInterval(posterior, interval);
  return [interval.low, interval.high];
}

/** The probability below `x` of a beta distribution, by Simpson's rule after x = sin², which tames both ends. */
function betaBelow(x: number, alpha: number, beta: number): number {
  const density = (t: number) => Math.sin(t) ** (2 * alpha - 1) * Math.cos(t) ** (2 * beta - 1);
  const integral = (to: number) => {
    const steps = 4000;
    let sum = density(0) + density(to);
    for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * density((i * to) / steps);
    return (sum * to) / steps / 3;
  };
  return integral(Math.asin(Math.sqrt(x))) / integral(Math.PI / 2);
}

test('quantiles of a beta distribution are right to a twentieth of its deviation', () => {
  for (const [alpha, beta] of [
    [0.7, 7],
    [1, 1],
    [1, 20],
    [1.5, 90],
    [3, 2],
    [40, 5],
    [200, 300],
  ] as const) {
    const whole = alpha + beta;
    const slack = (0.05 * Math.sqrt((alpha * beta) / (whole + 1))) / whole;
    for (const level of [0.05, 0.1, 0.5, 0.9, 0.95]) {
      const at = betaQuantile(level, alpha, beta);
      const below = betaBelow(Math.max(0, at - slack), alpha, beta);
      const above = betaBelow(Math.min(1, at + slack), alpha, beta);
      assert.ok(below <= level && level <= above, `beta(${alpha}, ${beta}) at ${level}: ${below} to ${above}`);
    }
  }
});

test('an interval is within 0 and 1 for every distribution', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, share, share, (mean, spread, none, all) => {
      const scale = Math.max(1, none + all);
      const posterior = { mean, variance: spread * mean * (1 - mean), none: none / scale, all: all / scale };
      const [low, high] = intervalOf(posterior);
      assert.ok(low >= 0 && low <= high && high <= 1, `${low} to ${high} of ${JSON.stringify(posterior)}`);
    }),
    { numRuns: 5000 },
  );
});

test('a nearly certain value has an interval without width', () => {
  assert.deepEqual(intervalOf({ mean: 0.004, variance: 0.001, none: 0.97, all: 0 }), [0, 0]);
  assert.deepEqual(intervalOf({ mean: 0.996, variance: 0.001, none: 0, all: 0.97 }), [1, 1]);
  assert.deepEqual(intervalOf({ mean: 0, variance: 0, none: 1, all: 0 }), [0, 0]);
  assert.deepEqual(intervalOf({ mean: 1, variance: 0, none: 0, all: 1 }), [1, 1]);
});

test('if one end is an exact value, the whole tenth is beyond the other end', () => {
  // Half nothing, half uniform: nine tenths end where four fifths of the uniform part do.
  const [low, high] = intervalOf({ mean: 0.25, variance: 1 / 6 - 0.0625, none: 0.5, all: 0 });
  assert.equal(low, 0);
  assert.ok(Math.abs(high - 0.8) < 0.02, `up to ${high}`);
  const mirrored = intervalOf({ mean: 0.75, variance: 1 / 6 - 0.0625, none: 0, all: 0.5 });
  assert.ok(Math.abs(mirrored[0] - 0.2) < 0.02 && mirrored[1] === 1, `${mirrored}`);
});

test('without exact values, a twentieth is beyond either end', () => {
  const [low, high] = intervalOf({ mean: 0.5, variance: 1 / 12, none: 0, all: 0 });
  assert.ok(Math.abs(low - 0.05) < 0.01 && Math.abs(high - 0.95) < 0.01, `${low} to ${high}`);
});
