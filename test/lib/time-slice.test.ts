import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../src/lib/time-slice.ts';

/** Turns of 10 ms by a clock that somebody sets, and what others did in between. */
function opened() {
  const clock = { now: 1_000 };
  const done: string[] = [];
  return { clock, done, turns: new Turns(10, () => clock.now) };
}

test('a turn is over when its time is up, not a moment sooner', () => {
  const { clock, turns } = opened();
  assert.equal(turns.over, false);
  clock.now = 1_009.9;
  assert.equal(turns.over, false);
  clock.now = 1_010;
  assert.equal(turns.over, true);
});

test('before its end nobody else comes in between', async () => {
  const { clock, done, turns } = opened();
  setImmediate(() => done.push('another'));
  clock.now = 1_009.9;
  for (let i = 0; i < 100; i++) await turns.next();
  assert.deepEqual(done, []);
});

test('at its end all come who wait', async () => {
  const { clock, done, turns } = opened();
  setImmediate(() => done.push('first'));
  setImmediate(() => done.push('second'));
  clock.now = 1_010;
  await turns.next();
  assert.deepEqual(done, ['first', 'second']);
});

test('the next turn begins when the others are done, however long they took', async () => {
  const { clock, turns } = opened();
  clock.now = 1_010;
  setImmediate(() => {
    clock.now = 1_500;
  });
  await turns.next();
  assert.equal(turns.over, false);
  clock.now = 1_509.9;
  assert.equal(turns.over, false);
  clock.now = 1_510;
  assert.equal(turns.over, true);
});

test('asked for the next turn within one, it does not begin anew', async () => {
  const { clock, turns } = opened();
  clock.now = 1_005;
  await turns.next();
  clock.now = 1_010;
  assert.equal(turns.over, true);
});

test('by the clock of the process a turn is over some time', async () => {
  const turns = new Turns();
  while (!turns.over) Math.sqrt(2);
  let others = false;
  setImmediate(() => {
    others = true;
  });
  await turns.next();
  assert.ok(others, 'another did not get its turn');
});
