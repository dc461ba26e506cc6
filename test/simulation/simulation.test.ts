import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Invariant } from './history.ts';
import { simulateSeeds } from './seeds.ts';
import { simulate } from './simulation.ts';

const SEEDS = 100;

/** Invariants that do not hold yet; whoever makes one hold removes it here. */
const NOT_YET: readonly Invariant[] = ['reports have one answer', 'reports wait within the budget'];

test('a seed replays identically', async () => {
  const [once, again] = [await simulate(7), await simulate(7)];
  assert.deepEqual(again.log, once.log);
  assert.deepEqual(again.violations, once.violations);
});

test(`whatever goes wrong in ${SEEDS} seeds, the invariants hold`, async () => {
  const results = await simulateSeeds(1, SEEDS);
  assert.equal(results.length, SEEDS);
  const violations = results.flatMap(({ seed, violations }) =>
    violations
      .filter(({ invariant }) => !NOT_YET.includes(invariant))
      .map(({ invariant, what }) => `seed ${seed}: ${invariant}: ${what}`),
  );
  assert.deepEqual(violations, []);
  const sum = (name: keyof (typeof results)[number]['counts']) =>
    results.reduce((total, { counts }) => total + counts[name], 0);
  for (const name of ['polls', 'reports', 'imports', 'reads', 'commits'] as const) {
    assert.ok(sum(name) > SEEDS, `${sum(name)} ${name} in ${SEEDS} seeds`);
  }
});
