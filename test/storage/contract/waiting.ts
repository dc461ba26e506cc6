import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const POLLS = [{ ids: ['a'], instants: [T], active: [1] }];

export interface WaitOptions {
  /** How long changes and appends wait for an import, milliseconds. */
  readonly writeWait?: number;
}

/**
 * What waits for what: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function waitingContract(engine: string, open: (options?: WaitOptions) => Promise<Storage>): void {
  suite(`waiting: ${engine}`, () => {
    test('changes and appends wait for an import, and end in their order after it', async (t) => {
      const storage = await open();
      t.after(() => storage.close());
      const order: string[] = [];
      const waiting: Promise<unknown>[] = [];
      await storage.importing(async () => {
        for (const name of ['first', 'second', 'third']) {
          waiting.push(storage.changing((writer) => writer.addStore(name)).then(() => order.push(name)));
        }
        waiting.push(storage.appendPolls(POLLS).then(() => order.push('append')));
        order.push('import');
      });
      await Promise.all(waiting);
      assert.deepEqual(order, ['import', 'first', 'second', 'third', 'append']);
    });

    test('changes and appends that wait too long are refused as busy, and leave nothing behind', async (t) => {
      const storage = await open({ writeWait: 20 });
      t.after(() => storage.close());
      const busy = { name: 'UserError', code: 'busy' };
      let ran = 0;
      await storage.importing(async () => {
        const change = () =>
          storage.changing(async () => {
            ran++;
          });
        await Promise.all([
          ...[...Array(30)].map(() => assert.rejects(change(), busy)),
          assert.rejects(storage.appendPolls(POLLS), busy),
        ]);
        assert.equal(await storage.snapshot((s) => s.revision()), 0);
        await storage.check();
      });
      assert.equal(ran, 0);
      assert.deepEqual(await storage.appendPolls(POLLS), [{ added: 1, replaced: 0, alreadyThere: 0, repeated: 0 }]);
    });

    test('changes of accounts that wait too long for another one are refused as busy', async (t) => {
      const storage = await open({ writeWait: 20 });
      t.after(() => storage.close());
      await storage.accounts.changing(async () => {
        await assert.rejects(
          storage.accounts.changing(async () => {}),
          { name: 'UserError', code: 'busy' },
        );
      });
      await storage.accounts.changing(async () => {});
    });

    test('imports wait for one another as long as it takes', async (t) => {
      const storage = await open({ writeWait: 1 });
      t.after(() => storage.close());
      let second: Promise<unknown> | undefined;
      await storage.importing(async () => {
        second = merge(storage, { polls: [['a', T, true]] });
        await assert.rejects(storage.appendPolls(POLLS), { code: 'busy' });
      });
      await second;
      assert.equal(await storage.snapshot((s) => s.latestPoll()), T);
    });
  });
}
