import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StaleWhileRevalidate } from '../../src/fleet/stale-while-revalidate.ts';

/** A value that counts its computations; the test completes each one. */
function counted() {
  const clock = { now: 0 };
  const errors: unknown[] = [];
  const begun: { done: () => void; fail: (error: Error) => void }[] = [];
  const cached = new StaleWhileRevalidate<number>({
    elapsed: () => clock.now,
    fresh: 1_000,
    stale: 5_000,
    onError: (error) => errors.push(error),
    compute: () =>
      new Promise((resolve, reject) => {
        const number = begun.length + 1;
        begun.push({ done: () => resolve(number), fail: reject });
      }),
  });
  return { clock, errors, begun, get: () => cached.get(), drop: () => cached.drop() };
}

async function made() {
  const one = counted();
  const first = one.get();
  one.begun[0]?.done();
  assert.equal(await first, 1);
  return one;
}

test('concurrent calls share one computation', async () => {
  const { begun, get } = counted();
  const asked = Promise.all([get(), get(), get()]);
  begun[0]?.done();
  assert.deepEqual(await asked, [1, 1, 1]);
  assert.equal(begun.length, 1);
});

test('a fresh value is returned again, and a stale one while the next is computed', async () => {
  const { clock, begun, get } = await made();
  clock.now = 999;
  assert.equal(await get(), 1);
  assert.equal(begun.length, 1);
  clock.now = 1_000;
  assert.deepEqual(await Promise.all([get(), get()]), [1, 1]);
  assert.equal(begun.length, 2);
  begun[1]?.done();
  await sleep(0);
  assert.equal(await get(), 2);
});

test('a value that is too old is not returned', async () => {
  const { clock, begun, get } = await made();
  clock.now = 6_000;
  const asked = get();
  begun[1]?.done();
  assert.equal(await asked, 2);
});

test('if a computation fails, the stale value is returned and the error is reported', async () => {
  const { clock, begun, errors, get } = await made();
  clock.now = 1_000;
  assert.equal(await get(), 1);
  begun[1]?.fail(new Error('away'));
  await sleep(0);
  assert.deepEqual(
    errors.map((error) => (error as Error).message),
    ['away'],
  );
  assert.equal(await get(), 1);
  assert.equal(begun.length, 3);
});

test('without a value, callers get the error, and the next call tries again', async () => {
  const { begun, get } = counted();
  const asked = get();
  begun[0]?.fail(new Error('away'));
  await assert.rejects(asked, /away/);
  const again = get();
  begun[1]?.done();
  assert.equal(await again, 2);
});

test('a value that takes long to compute stays fresh ten times as long', async () => {
  const clock = { now: 0 };
  let makings = 0;
  const slow = new StaleWhileRevalidate<number>({
    elapsed: () => clock.now,
    fresh: 0,
    stale: 0,
    onError: () => {},
    compute: async () => {
      clock.now += 200;
      return ++makings;
    },
  });
  assert.equal(await slow.get(), 1);
  clock.now = 1_999;
  assert.equal(await slow.get(), 1);
  clock.now = 2_000;
  assert.equal(await slow.get(), 2);
});

test('a dropped value is computed again, and one that is being computed is not kept', async () => {
  const { begun, get, drop } = await made();
  drop();
  const second = get();
  drop();
  const third = get();
  begun[1]?.done();
  begun[2]?.done();
  assert.deepEqual([await second, await third, await get()], [2, 3, 3]);
  assert.equal(begun.length, 3);
});
