import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../src/http/guards/pace.ts';

test('a transfer may stand still for one stretch, and earns no more by what it moved before', () => {
  const pace = new Pace(1_000, 60_000);
  assert.deepEqual(
    [1, 2, 3].map(() => pace.note(1e9, 5_000)),
    [true, true, true],
  );
  assert.equal(pace.note(0, 59_999), true);
  assert.equal(pace.note(0, 1), false);
});

test('a trickle is too slow, whatever it moves each time; the least rate is enough for ever', () => {
  const looks = (bytes: number) => {
    const pace = new Pace(1_000, 60_000);
    let count = 1;
    while (count < 10_000 && pace.note(bytes, 5_000)) count++;
    return count;
  };
  assert.deepEqual([0, 1, 2_500, 5_000].map(looks), [12, 13, 24, 10_000]);
});

test('time that this server takes does not count', () => {
  const pace = new Pace(1_000, 60_000);
  for (let i = 0; i < 100; i++) assert.equal(pace.note(0, 0), true);
  assert.equal(pace.note(0, 59_999), true);
});
