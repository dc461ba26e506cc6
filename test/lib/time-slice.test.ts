import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeSlice } from '../../src/lib/time-slice.ts';

/** Slices of 10 ms by a clock that the test sets, and what other work did in between. */
function opened() {
  const clock = { now: 1_000 };
  const done: string[] = [];
  return { clock, done, slice: new TimeSlice(10, () => clock.now) };
}

test('a slice is over when its time is up and not before', () => {
  const { clock, slice } = opened();
  assert.equal(slice.isOver, false);
  clock.now = 1_009.9;
  assert.equal(slice.isOver, false);
  clock.now = 1_010;
  assert.equal(slice.isOver, true);
});

test('no other work runs before the slice is over', async () => {
  const { clock, done, slice } = opened();
  setImmediate(() => done.push('other'));
  clock.now = 1_009.9;
  for (let i = 0; i < 100; i++) await slice.yieldIfOver();
  assert.deepEqual(done, []);
});

test('all waiting work runs when the slice is over', async () => {
  const { clock, done, slice } = opened();
  setImmediate(() => done.push('first'));
  setImmediate(() => done.push('second'));
  clock.now = 1_010;
  await slice.yieldIfOver();
  assert.deepEqual(done, ['first', 'second']);
});

test('the next slice starts after the other work, however long that took', async () => {
  const { clock, slice } = opened();
  clock.now = 1_010;
  setImmediate(() => {
    clock.now = 1_500;
  });
  await slice.yieldIfOver();
  assert.equal(slice.isOver, false);
  clock.now = 1_509.9;
  assert.equal(slice.isOver, false);
  clock.now = 1_510;
  assert.equal(slice.isOver, true);
});

test('yielding within a slice does not restart it', async () => {
  const { clock, slice } = opened();
  clock.now = 1_005;
  await slice.yieldIfOver();
  clock.now = 1_010;
  assert.equal(slice.isOver, true);
});

test('a slice ends by the clock of the process', async () => {
  const slice = new TimeSlice();
  while (!slice.isOver) Math.sqrt(2);
  let others = false;
  setImmediate(() => {
    others = true;
  });
  await slice.yieldIfOver();
  assert.ok(others, 'other work did not run');
});
