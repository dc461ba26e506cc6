import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStale } from '../../src/domain/staleness.ts';

test('polls are stale from an age of two intervals, and when there are none', () => {
  assert.deepEqual(
    [isStale(1_000, 1_199, 100), isStale(1_000, 1_200, 100), isStale(1_000, 900, 100), isStale(undefined, 900, 100)],
    [false, true, false, true],
  );
});
