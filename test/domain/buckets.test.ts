import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Buckets } from '../../src/domain/buckets.ts';

test('each bucket has the time of all stretches within it', () => {
  const stretch = fc.tuple(fc.integer({ min: -50, max: 150 }), fc.integer({ min: -50, max: 150 }));
  fc.assert(
    fc.property(
      fc.array(stretch),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
      (drawn, width, count) => {
        const from = -7;
        const buckets = new Buckets(from, width, count);
        for (const [begin, end] of drawn) buckets.add(begin, end);
        const expected = Array.from({ length: count }, (_, bucket) => {
          const [start, stop] = [from + bucket * width, from + (bucket + 1) * width];
          return drawn.reduce(
            (sum, [begin, end]) => sum + Math.max(0, Math.min(end, stop) - Math.max(begin, start)),
            0,
          );
        });
        assert.deepEqual([...buckets.sums()], expected);
      },
    ),
  );
});

test('a stretch without an end fills all later buckets', () => {
  const buckets = new Buckets(0, 10, 3);
  buckets.add(15, Number.POSITIVE_INFINITY);
  assert.deepEqual([...buckets.sums()], [0, 5, 10]);
});
