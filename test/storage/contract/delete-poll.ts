import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { StoredPoll } from '../../../src/storage/ports/snapshot.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const WEEK = 7 * 86_400_000;
const T = Date.parse('2023-01-22T12:09:39.388Z');

/**
 * Deleting a single poll: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function deletePollContract(engine: string, open: () => Promise<Storage>): void {
  suite(`deleting a poll: ${engine}`, () => {
    const opened = async (t: TestContext) => {
      const storage = await open();
      t.after(() => storage.close());
      await merge(storage, {
        polls: [
          ['a', T - 3 * WEEK, true],
          ['a', T - 1, true],
          ['a', T, false, 'http_503'],
          ['b', T - 2 * WEEK, true],
          ['b', T, true],
        ],
      });
      return storage;
    };
    const remove = (storage: Storage, id: string, instant: number) =>
      storage.changing(async (writer) => writer.deletePoll((await writer.findStore(id))?.key ?? -1, instant));
    const seen = (storage: Storage) =>
      storage.snapshot(async (snapshot) => {
        const { ids, keys } = await snapshot.stores();
        const base = Math.min(...keys);
        const firstPolls = await snapshot.firstPolls(base, Math.max(...keys) + 1);
        const polls: StoredPoll[][] = [];
        for (const key of keys) polls.push(await snapshot.lastPolls(key, 0, T + WEEK, 10));
        return {
          polls: Object.fromEntries(ids.map((id, i) => [id, polls[i]?.map(({ instant }) => instant)])),
          first: Object.fromEntries(ids.map((id, i) => [id, firstPolls[(keys[i] ?? 0) - base]])),
          latest: await snapshot.latestPoll(),
          revision: await snapshot.revision(),
        };
      });

    test('it is returned and gone, and the same instant of another store stays', async (t) => {
      const storage = await opened(t);
      const before = await seen(storage);
      assert.deepEqual(await remove(storage, 'a', T), { active: false, reason: 'http_503' });
      const { polls, latest, revision } = await seen(storage);
      assert.deepEqual(polls, { a: [T - 1, T - 3 * WEEK], b: [T, T - 2 * WEEK] });
      assert.equal(latest, T);
      assert.equal(revision, before.revision + 1, 'results of the old data are not those of the new');
    });

    test('where there is none, nothing changes', async (t) => {
      const storage = await opened(t);
      const before = await seen(storage);
      for (const instant of [T + 1, T - 2, T - 2 * WEEK]) {
        assert.equal(await remove(storage, 'a', instant), undefined);
      }
      assert.deepEqual(await seen(storage), before);
    });

    test('the newest poll of all and the first poll of a store are then the next ones', async (t) => {
      const storage = await opened(t);
      await remove(storage, 'a', T);
      await remove(storage, 'b', T);
      assert.equal((await seen(storage)).latest, T - 1);
      await remove(storage, 'a', T - 3 * WEEK);
      await remove(storage, 'b', T - 2 * WEEK);
      const { first, latest } = await seen(storage);
      assert.equal(first.a, T - 1);
      assert.ok(first.b === undefined || Number.isNaN(first.b), 'a store without polls has no first poll');
      await remove(storage, 'a', T - 1);
      assert.deepEqual([latest, (await seen(storage)).latest], [T - 1, undefined]);
      await merge(storage, { polls: [['b', T - 2 * WEEK, true]] });
      const again = await seen(storage);
      assert.deepEqual([again.polls.b, again.first.b, again.latest], [[T - 2 * WEEK], T - 2 * WEEK, T - 2 * WEEK]);
    });
  });
}
