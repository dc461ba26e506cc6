import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/**
 * What a program that has to stop ends, and what it does not: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function interruptContract(engine: string, open: () => Promise<Storage>): void {
  suite(`interrupt: ${engine}`, () => {
    test('an import is ended and rolled back, a background snapshot is ended, and others go on', async (t) => {
      const storage = await open();
      t.after(() => storage.close());
      await merge(storage, { polls: [['a', T, true]] });
      let [importing, reading] = [0, 0];
      const ended = Promise.all([
        assert.rejects(
          storage.importing(async (session) => {
            await session.staging.run('create temp table names as select $name as store_id', { name: 'lost' });
            await session.nameStores('names');
            for (; ; importing++) await session.census();
          }),
        ),
        assert.rejects(
          storage.snapshot(async (snapshot) => {
            for (; ; reading++) await snapshot.countPolls(0, T);
          }, 'background'),
        ),
      ]);
      while (importing === 0 || reading === 0) await storage.check();
      storage.interrupt();
      await ended;
      assert.deepEqual((await storage.snapshot((s) => s.storesNamed(['a', 'lost']))).ids, ['a']);
      await storage.changing((writer) => writer.addStore('b'));
      await merge(storage, { polls: [['a', T + 1, true]] });
      assert.equal(await storage.snapshot((s) => s.countPolls(0, T + 2), 'background'), 2);
    });
  });
}
