import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areLate } from '../../src/domain/staleness.ts';

test('polls are late from two intervals on, and where there are none', () => {
  assert.deepEqual(
    [areLate(1_000, 1_199, 100), areLate(1_000, 1_200, 100), areLate(1_000, 900, 100), areLate(undefined, 900, 100)],
    [false, true, false, true],
  );
});
