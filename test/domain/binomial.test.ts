import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomialTail } from '../../src/domain/binomial.ts';

/** The same by adding the probabilities of all numbers of successes, built up trial by trial. */
function reference(successes: number, trials: number, share: number): number {
  let probabilities = [1];
  for (let trial = 0; trial < trials; trial++) {
    const next = new Array<number>(probabilities.length + 1).fill(0);
    for (const [i, p] of probabilities.entries()) {
      next[i] = (next[i] as number) + p * (1 - share);
      next[i + 1] = (next[i + 1] as number) + p * share;
    }
    probabilities = next;
  }
  return probabilities.slice(successes).reduce((sum, p) => sum + p, 0);
}

test('the upper tail above the mean is that of the distribution', () => {
  for (const [successes, trials, share] of [
    [2, 3, 0.5],
    [5, 20, 0.1],
    [30, 100, 0.2],
    [60, 300, 0.15],
    [9, 9, 0.3],
  ] as const) {
    const [found, expected] = [binomialTail(successes, trials, share), reference(successes, trials, share)];
    assert.ok(Math.abs(found / expected - 1) < 1e-9, `${successes} of ${trials}: ${found}, not ${expected}`);
  }
});

test('at the ends it is 1 or 0, and tiny for what cannot be chance', () => {
  assert.deepEqual([binomialTail(0, 10, 0.5), binomialTail(3, 10, 0.5)], [1, 1]);
  assert.deepEqual([binomialTail(11, 10, 0.5), binomialTail(1, 10, 0)], [0, 0]);
  assert.ok(binomialTail(10_000, 14_000, 0.02) < 1e-300, 'not chance');
});
