import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** What always holds in a sound database. */
export function invariantsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage;
  };

  test(`${engine}: all invariants hold in an empty database, and after changes`, async (t) => {
    const storage = await opened(t);
    const broken = async () => (await storage.invariants()).filter((invariant) => invariant.broken !== 0);
    assert.deepEqual(await broken(), []);
    await merge(storage, {
      polls: [
        ['a', T, true],
        ['b', T, false, 'http_503'],
      ],
      hours: [['c', 0, 0, 3_600_000]],
      zones: [['a', 'UTC']],
      specialHours: [['b', '2023-01-22']],
    });
    await storage.appendPolls([{ ids: ['d', 'a'], instants: [T - 1, T - 1], active: [1, 0] }]);
    await storage.changing(async (writer) => writer.deleteStore(await writer.addStore('b'), { withPolls: true }));
    await storage.reports.add({ id: 'r', asOf: T, requestedAt: T });
    assert.deepEqual(await broken(), []);
    const names = (await storage.invariants()).map(({ name }) => name);
    for (const name of [
      'polls: each store_key is one of stores',
      'polls: no two rows have the same store_key and instant',
      'generation: there is one row',
    ]) {
      assert.equal(names.includes(name), true, name);
    }
  });
}
