import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FairQueue } from '../../src/lib/fair-queue.ts';

function opened(limits = { perRequester: 3, total: 10 }) {
  const queue = new FairQueue(limits);
  const order: string[] = [];
  const ask = (requester: string | undefined, name: string) =>
    queue.run(requester, name, async () => {
      order.push(name);
      return name;
    });
  return { queue, order, ask };
}

test('requesters take turns, and the one served last moves to the end of the line', async () => {
  const { order, ask } = opened();
  await Promise.all([
    ...['a0', 'a1', 'a2', 'a3'].map((name) => ask('ann', name)),
    ...['b0', 'b1'].map((name) => ask('bob', name)),
    ask('cid', 'c0'),
  ]);
  assert.deepEqual(order, ['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3']);
});

test('a job that several requesters share runs once, in the earliest of their turns', async () => {
  const { queue, order, ask } = opened();
  const asked = [ask('ann', 'a0'), ask('ann', 'a1'), ask('ann', 'a2'), ask('ann', 'shared'), ask('bob', 'shared')];
  assert.deepEqual(await Promise.all(asked), ['a0', 'a1', 'a2', 'shared', 'shared']);
  assert.deepEqual(order, ['a0', 'a1', 'shared', 'a2']);
  await setImmediate();
  const joined = [ask('ann', 'a3'), ask('ann', 'a4'), ask('ann', 'a5'), ask('ann', 'late')];
  queue.join('bob', 'late');
  await Promise.all(joined);
  assert.deepEqual(order.slice(4), ['a3', 'a4', 'late', 'a5']);
});

test('one requester has few jobs waiting and takes no room from others', async () => {
  const { ask } = opened({ perRequester: 2, total: 3 });
  const asked = [ask('ann', 'a0'), ask('ann', 'a1'), ask('ann', 'a2')];
  assert.throws(() => ask('ann', 'a3'), {
    code: 'too_many_requests',
    message: /^2 of your requests are waiting already/,
  });
  asked.push(ask('bob', 'b0'));
  assert.throws(() => ask('bob', 'b1'), {
    code: 'busy',
    retryAfter: 5,
    message: /^3 requests are waiting already/,
  });
  await Promise.all(asked);
  assert.equal(await ask('ann', 'a3'), 'a3');
});

test('anonymous requesters share one lane without a limit of its own', async () => {
  const { order, ask } = opened({ perRequester: 1, total: 4 });
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ask(undefined, name)));
  assert.deepEqual(order, ['a', 'b', 'c', 'd']);
});

test('the requester gets the error of a failed job, and the next job runs', async () => {
  const { queue, ask } = opened();
  const failed = queue.run('ann', 'bad', () => Promise.reject(new Error('away')));
  const next = ask('ann', 'good');
  await assert.rejects(failed, /away/);
  assert.equal(await next, 'good');
});
