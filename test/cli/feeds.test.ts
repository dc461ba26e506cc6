import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speedLine } from '../../src/cli/feed-import.ts';

test('the rate of an import is left out where it is only that of the start', () => {
  assert.equal(speedLine(1, 0.0001, 0.9), '1 row in 0.9 s');
  assert.equal(speedLine(999, 0.1, 0.0004), '999 rows in less than 0.1 s');
  assert.equal(speedLine(0, 0, 2), '0 rows in 2.0 s');
  assert.equal(speedLine(1_000, 0.1, 0.05), '1,000 rows in less than 0.1 s: 20,000 rows/s, 2.0 MB/s');
  assert.equal(speedLine(1_822_080, 91, 4.2), '1,822,080 rows in 4.2 s: 433,829 rows/s, 21.7 MB/s');
});
