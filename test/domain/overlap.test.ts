import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/hours.ts';
import { overlappingPairs } from '../../src/domain/overlap.ts';

const row = (day: number, start: number, end: number) => ({ day, start: start * HOUR, end: end * HOUR });

test('rows that overlap are found as pairs, also across midnight and from Sunday to Monday', () => {
  assert.deepEqual(overlappingPairs([row(0, 9, 14), row(0, 13, 17), row(1, 9, 14)]), [[0, 1]]);
  assert.deepEqual(overlappingPairs([row(2, 9, 17), row(2, 9, 17)]), [[0, 1]], 'the same row twice');
  assert.deepEqual(overlappingPairs([row(4, 18, 2), row(5, 1, 10)]), [[0, 1]], 'Friday night');
  assert.deepEqual(overlappingPairs([row(0, 0, 12), row(6, 20, 1)]), [[0, 1]], 'Sunday night');
  assert.deepEqual(overlappingPairs([row(0, 9, 17), row(0, 10, 11), row(0, 16, 18)]), [
    [0, 1],
    [0, 2],
  ]);
});

test('rows that touch do not overlap: an end from 23:59 on means midnight', () => {
  const around = (end: number) => Array.from({ length: 7 }, (_, day) => ({ day, start: 0, end }));
  for (const end of [0, DAY, DAY - MINUTE, DAY - SECOND]) assert.deepEqual(overlappingPairs(around(end)), [], `${end}`);
  assert.deepEqual(overlappingPairs([row(0, 9, 12), row(0, 12, 17), row(6, 18, 0), row(1, 9, 9), row(2, 9, 10)]), []);
});
