import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { KeptResponse } from '../../../src/storage/ports/idempotency.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';

const KEY = { keyHash: 'hash', fingerprint: 'this' };
const RESPONSE: KeptResponse = { status: 201, headers: { location: '/a' }, body: `{"a":"it's \\"b\\" 🍜"}` };
const LONG = 3_600_000;
/** A lease that is over already. */
const OVER = -1_000;

/**
 * Idempotency keys: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function idempotencyContract(engine: string, open: () => Promise<Storage>): void {
  suite(`storage of idempotency keys: ${engine}`, () => {
    const opened = async (t: TestContext) => {
      const storage = await open();
      t.after(() => storage.close());
      return storage.idempotency;
    };

    test('of two attempts one gets the key, and the other learns that it runs', async (t) => {
      const keys = await opened(t);
      const both = await Promise.all([keys.take(KEY, 'one', LONG), keys.take(KEY, 'two', LONG)]);
      const running = { fingerprint: 'this', response: undefined };
      assert.deepEqual(both.map((holder) => holder ?? 'got it').sort(), ['got it', running].sort());
      assert.equal(await keys.take({ ...KEY, keyHash: 'other' }, 'three', LONG), undefined, 'another key is free');
    });

    test('a response is kept for the next attempts, until its time is over', async (t) => {
      const keys = await opened(t);
      await keys.take(KEY, 'one', LONG);
      await keys.complete('hash', 'one', RESPONSE, LONG);
      const again = { ...KEY, fingerprint: 'another' };
      assert.deepEqual(await keys.take(again, 'two', LONG), { fingerprint: 'this', response: RESPONSE });
      await keys.release('hash', 'one');
      assert.deepEqual((await keys.take(KEY, 'two', LONG))?.response, RESPONSE, 'a kept response is not released');
      await keys.complete('hash', 'one', RESPONSE, OVER);
      assert.equal(await keys.take(again, 'two', LONG), undefined);
      assert.deepEqual(await keys.take(KEY, 'three', LONG), { fingerprint: 'another', response: undefined });
    });

    test('an attempt that is lost or released frees the key, and has no say anymore', async (t) => {
      const keys = await opened(t);
      await keys.take(KEY, 'one', OVER);
      assert.equal(await keys.take(KEY, 'two', LONG), undefined);
      await keys.complete('hash', 'one', RESPONSE, LONG);
      await keys.renew('hash', 'one', OVER);
      await keys.release('hash', 'one');
      const running = { fingerprint: 'this', response: undefined };
      assert.deepEqual(await keys.take(KEY, 'three', LONG), running, 'the second attempt still holds it');
      await keys.release('hash', 'two');
      assert.equal(await keys.take(KEY, 'three', OVER), undefined);
      await keys.renew('hash', 'three', LONG);
      assert.deepEqual(await keys.take(KEY, 'four', LONG), running, 'renewed in time');
    });

    test('what is no longer kept is deleted, and nothing else', async (t) => {
      const keys = await opened(t);
      for (const [name, milliseconds] of [
        ['old', OVER],
        ['new', LONG],
      ] as const) {
        await keys.take({ ...KEY, keyHash: name }, 'one', LONG);
        await keys.complete(name, 'one', RESPONSE, milliseconds);
      }
      await keys.prune();
      await keys.complete('old', 'one', RESPONSE, LONG);
      assert.equal(await keys.take({ ...KEY, keyHash: 'old' }, 'two', LONG), undefined, 'it was deleted');
      assert.deepEqual((await keys.take({ ...KEY, keyHash: 'new' }, 'two', LONG))?.response, RESPONSE);
    });
  });
}
