import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateSeeds } from './seeds.ts';
import { simulate } from './simulation.ts';

const SEEDS = 100;

test('a seed replays identically', async () => {
  const [once, again] = [await simulate(7), await simulate(7)];
  assert.deepEqual(again.log, once.log);
  assert.deepEqual(again.violations, once.violations);
});

test(`whatever goes wrong in ${SEEDS} seeds, the invariants hold`, async () => {
  const results = await simulateSeeds(1, SEEDS);
  assert.equal(results.length, SEEDS);
  const violations = results.flatMap(({ seed, violations }) =>
    violations.map(({ invariant, what }) => `seed ${seed}: ${invariant}: ${what}`),
  );
  assert.deepEqual(violations, []);
  const sum = (name: keyof (typeof results)[number]['counts']) =>
    results.reduce((total, { counts }) => total + counts[name], 0);
  for (const name of ['polls', 'reports', 'imports', 'reads', 'commits'] as const) {
    assert.ok(sum(name) > SEEDS, `${sum(name)} ${name} in ${SEEDS} seeds`);
  }
});
