import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PromiseCache } from '../../src/lib/promise-cache.ts';

test('the least recently used result is dropped first', async () => {
  const computed: string[] = [];
  const cache = new PromiseCache<string>(2);
  const get = (key: string) =>
    cache.get(key, async () => {
      computed.push(key);
      return key;
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(await get(key), key);
  assert.deepEqual(computed, ['a', 'b', 'c', 'b']);
});

test('concurrent calls with one key share a computation, and undefined is a result', async () => {
  let computations = 0;
  const cache = new PromiseCache<undefined>(2);
  const get = () =>
    cache.get('key', async () => {
      computations++;
      return undefined;
    });
  await Promise.all([get(), get()]);
  await get();
  assert.equal(computations, 1);
});

test('a computation that failed is repeated, and does not take the place of a later one', async () => {
  const cache = new PromiseCache<string>(2);
  await assert.rejects(
    cache.get('key', () => Promise.reject(new Error('away'))),
    /away/,
  );
  assert.equal(await cache.get('key', async () => 'here'), 'here');

  let fail = (_error: Error) => {};
  const first = cache.get('other', () => new Promise<string>((_resolve, reject) => (fail = reject)));
  cache.delete('other');
  assert.equal(await cache.get('other', async () => 'second'), 'second');
  fail(new Error('late'));
  await assert.rejects(first, /late/);
  assert.equal(await cache.get('other', async () => 'third'), 'second');
});

test('results count by their size, and a single one is kept even if it is larger than the limit', async () => {
  const cache = new PromiseCache<number>(10, (size) => size);
  const computed: number[] = [];
  const get = (size: number) =>
    cache.get(String(size), async () => {
      computed.push(size);
      return size;
    });
  for (const size of [4, 5, 4, 5]) await get(size);
  assert.deepEqual(computed.splice(0), [4, 5]);
  for (const size of [100, 100, 4, 4]) await get(size);
  assert.deepEqual(computed.splice(0), [100, 4]);
});

test('a result that was deleted while it was computed is not kept', async () => {
  const cache = new PromiseCache<number>(10, (size) => size);
  let finish = (_value: number) => {};
  const first = cache.get('key', () => new Promise<number>((resolve) => (finish = resolve)));
  cache.delete('key');
  finish(5);
  assert.equal(await first, 5);
  assert.equal(await cache.get('key', async () => 6), 6);
});
