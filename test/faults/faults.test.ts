import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FaultsResult, runFaults } from './run.ts';

/** `npm run test:faults` does this for ten minutes. */
const DURATION = 30_000;

test('whatever goes wrong with real servers, what was promised holds, on both engines', async (t) => {
  const engines = ['duckdb', 'postgres'] as const;
  const results = await Promise.all(engines.map((engine) => runFaults({ engine, duration: DURATION, seed: 1 })));
  for (const { engine, counts } of results) {
    t.diagnostic(`${engine}: ${JSON.stringify(counts)}`);
    for (const name of ['acknowledged polls', 'complete reports', 'read results', 'messages']) {
      assert.ok((counts[name] ?? 0) > 0, `${counts[name]} ${name} on ${engine}`);
    }
  }
  const wrong = ({ engine, violations, log }: FaultsResult) =>
    violations.map(({ invariant, what }) => `${engine}: ${invariant}: ${what} (${log})`);
  assert.deepEqual(results.flatMap(wrong), []);
});
