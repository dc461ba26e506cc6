import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Semaphore } from '../../src/lib/semaphore.ts';

/** Starts work that runs until the test ends it. */
function opened(permits: number) {
  const semaphore = new Semaphore(permits);
  const running = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const start = (name: string) =>
    semaphore.run(() =>
      new Promise<string>((resolve, reject) => {
        running.set(name, { resolve: () => resolve(name), reject });
      }).finally(() => running.delete(name)),
    );
  return { semaphore, running, start };
}

test('no more work runs at once than there are permits; the rest runs in order', async () => {
  const { semaphore, running, start } = opened(2);
  const results = ['a', 'b', 'c', 'd'].map(start);
  assert.deepEqual([...running.keys()], ['a', 'b']);
  assert.equal(semaphore.waiting, 2);
  running.get('b')?.resolve();
  await setImmediate();
  assert.deepEqual([...running.keys()], ['a', 'c']);
  assert.equal(semaphore.waiting, 1);
  for (const name of ['a', 'c', 'd']) {
    running.get(name)?.resolve();
    await setImmediate();
  }
  assert.deepEqual(await Promise.all(results), ['a', 'b', 'c', 'd']);
});

test('work that fails returns its permit', async () => {
  const { semaphore, running, start } = opened(1);
  const failed = start('a');
  const next = start('b');
  running.get('a')?.reject(new Error('broken'));
  await assert.rejects(failed, /broken/);
  running.get('b')?.resolve();
  assert.equal(await next, 'b');
  assert.equal(semaphore.waiting, 0);
  const last = start('c');
  running.get('c')?.resolve();
  assert.equal(await last, 'c');
});

test('work that waits too long for a permit is refused, and the others keep their order', async () => {
  const semaphore = new Semaphore(1);
  let end: () => void = () => {};
  const first = semaphore.run(() => new Promise<void>((resolve) => (end = resolve)));
  const order: string[] = [];
  const limit = { milliseconds: 1, error: () => new Error('it took too long') };
  const others = ['a', 'b'].map((name) => semaphore.run(async () => order.push(name)));
  await assert.rejects(
    semaphore.run(async () => order.push('refused'), limit),
    { message: 'it took too long' },
  );
  assert.equal(semaphore.waiting, 2);
  end();
  await Promise.all([first, ...others]);
  await semaphore.run(async () => order.push('later'), limit);
  assert.deepEqual(order, ['a', 'b', 'later']);
});
