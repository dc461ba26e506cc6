import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyRuns, positionsIn } from '../../src/lib/key-runs.ts';

const keys = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1_000_000 })), {
  maxLength: 200,
});

test('runs contain every key, in order and apart, and are neither too many nor too long', () => {
  const limits = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1_000, max: 2_000_000 }));
  fc.assert(
    fc.property(keys, limits, (given, [mostRuns, size]) => {
      const runs = keyRuns(Int32Array.from(given), mostRuns, size);
      let end = Number.NEGATIVE_INFINITY;
      for (const run of runs) {
        assert.ok(end <= run.first && run.first < run.end, `${run.first} to ${run.end} after ${end}`);
        assert.ok(run.end - run.first <= size, `a run of ${run.end - run.first}`);
        end = run.end;
      }
      for (const key of given) {
        assert.ok(
          runs.some(({ first, end }) => first <= key && key < end),
          `${key} is in no run`,
        );
      }
      assert.ok(keyRuns(Int32Array.from(given), mostRuns).length <= mostRuns, 'too many runs');
    }),
  );
});

test('undivided runs begin and end with a key, and each key has a position of its own', () => {
  fc.assert(
    fc.property(keys, (given) => {
      const runs = keyRuns(Int32Array.from(given), 500);
      for (const { first, end } of runs) {
        assert.ok(given.includes(first) && given.includes(end - 1), 'a run extends beyond its keys');
      }
      const positions = positionsIn(runs, Int32Array.from(given));
      let start = 0;
      const keyAt = new Map<number, number>();
      for (const { first, end } of runs) {
        for (const key of given) if (first <= key && key < end) keyAt.set(start + key - first, key);
        start += end - first;
      }
      assert.deepEqual(
        Array.from(positions, (position) => keyAt.get(position)),
        given,
      );
    }),
  );
});

test('keys far apart are read by themselves, many of them together with what lies between', () => {
  assert.deepEqual(keyRuns(Int32Array.of(6, 1_000, 5), 32), [
    { first: 5, end: 7 },
    { first: 1_000, end: 1_001 },
  ]);
  const many = Int32Array.from({ length: 1_000 }, (_, i) => i * 300);
  assert.ok(keyRuns(many, 32).length <= 32, 'a thousand reads would take longer than one of everything');
  assert.deepEqual(keyRuns(Int32Array.of(5, 1_000_000), 1), [{ first: 5, end: 1_000_001 }]);
  assert.deepEqual(keyRuns(new Int32Array(0), 1), []);
});
