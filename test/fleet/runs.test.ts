import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runsOf } from '../../src/fleet/runs.ts';

const keys = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1_000_000 })), { maxLength: 200 })
  .map((drawn) => Int32Array.from(drawn).sort());

test('the runs of some keys hold each of them, in order, and none is longer than allowed', () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 1_000, max: 2_000_000 }), (drawn, size) => {
      const runs = runsOf(drawn, size);
      let end = Number.NEGATIVE_INFINITY;
      for (const run of runs) {
        assert.ok(end <= run.first && run.first < run.end && run.end - run.first <= size, `${run.first} ${run.end}`);
        end = run.end;
      }
      for (const key of drawn) {
        assert.ok(
          runs.some(({ first, end: last }) => first <= key && key < last),
          `${key} is in no run`,
        );
      }
    }),
  );
});

test('keys far apart are read by themselves, many of them together with what lies between', () => {
  assert.deepEqual(runsOf(Int32Array.of(5, 6, 1_000), 1_000), [
    { first: 5, end: 7 },
    { first: 1_000, end: 1_001 },
  ]);
  const many = Int32Array.from({ length: 1_000 }, (_, i) => i * 300);
  assert.ok(runsOf(many, 1_000_000).length <= 32, 'a thousand reads would take longer than one of everything');
  assert.deepEqual(runsOf(new Int32Array(0), 10), []);
});
