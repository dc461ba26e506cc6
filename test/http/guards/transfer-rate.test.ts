import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransferRate } from '../../../src/http/guards/transfer-rate.ts';

test('a transfer may stop for one period, and bytes that moved earlier do not extend it', () => {
  const rate = new TransferRate(1_000, 60_000);
  assert.deepEqual(
    [1, 2, 3].map(() => rate.record(1e9, 5_000)),
    [true, true, true],
  );
  assert.equal(rate.record(0, 59_999), true);
  assert.equal(rate.record(0, 1), false);
});

test('a trickle is too slow, and the minimum rate is enough for any length of time', () => {
  const looks = (bytes: number) => {
    const rate = new TransferRate(1_000, 60_000);
    let count = 1;
    while (count < 10_000 && rate.record(bytes, 5_000)) count++;
    return count;
  };
  assert.deepEqual([0, 1, 2_500, 5_000].map(looks), [12, 13, 24, 10_000]);
});

test('time for which the server makes the client wait does not count', () => {
  const rate = new TransferRate(1_000, 60_000);
  for (let i = 0; i < 100; i++) assert.equal(rate.record(0, 0), true);
  assert.equal(rate.record(0, 59_999), true);
});
