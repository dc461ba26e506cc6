import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import type { PollBatch, Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** A Sunday. */
const T = Date.parse('2023-01-22T12:00:00Z');

/** The instant of the newest poll, which is kept with the revision. */
export function latestPollContract(engine: string, open: () => Promise<Storage>): void {
  suite(`the newest poll: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };

    test('appends raise it, also those with late polls, polls that are there and polls in the future', async (t) => {
      const storage = await opened(t);
      await holds(storage, undefined);
      await storage.appendPolls([batch(['a', T])]);
      await holds(storage, T);
      await storage.appendPolls([batch(['a', T - 3 * WEEK]), batch(['b', T - 1])]);
      await holds(storage, T);
      await storage.appendPolls([batch(['a', T]), batch(['b', T])]);
      await holds(storage, T);
      await storage.appendPolls([batch(['b', T + 5]), batch(['a', T + 4])]);
      await holds(storage, T + 5);
      await storage.appendPolls([batch(['c', T + 500 * WEEK])]);
      await holds(storage, T + 500 * WEEK);
      assert.deepEqual(await upTo(storage, T + WEEK, T + 5, T + 4, T - 1), [T + 5, T + 5, T + 4, T - 1]);
      assert.deepEqual(await upTo(storage, T - 3 * WEEK, T - 4 * WEEK), [T - 3 * WEEK, undefined]);
    });

    test('imports raise it, into an empty database, into new weeks and among known polls', async (t) => {
      const storage = await opened(t);
      await merge(storage, { hours: [['a', 0, 0, 3_600_000]], polls: [] });
      await holds(storage, undefined);
      await merge(storage, { polls: [1, 2, 3].map((i) => ['a', T - i, true] as const) });
      await holds(storage, T - 1);
      await merge(storage, {
        polls: [
          ['a', T - 1, false],
          ['b', T, true],
        ],
      });
      await holds(storage, T);
      await merge(storage, { polls: [1, 2].map((i) => ['a', T + 2 * WEEK + i, true] as const) });
      await holds(storage, T + 2 * WEEK + 2);
      await merge(storage, { polls: [['a', T - 9 * WEEK, true]] });
      await holds(storage, T + 2 * WEEK + 2);
    });

    test('a transaction that fails does not change it', async (t) => {
      const storage = await opened(t);
      await storage.appendPolls([batch(['a', T])]);
      const failing = storage.changing(async (writer) => {
        await writer.deleteStore(await writer.addStore('a'), { withPolls: true });
        throw new Error('no');
      });
      await assert.rejects(failing, /^Error: no$/);
      await holds(storage, T);
    });

    test('deleting the polls of a store lowers it to the newest poll of the others', async (t) => {
      const storage = await opened(t);
      const deletePolls = (id: string, withPolls = true) =>
        storage.changing(async (writer) => writer.deleteStore(await writer.addStore(id), { withPolls }));
      await storage.appendPolls([batch(['a', T], ['b', T - 2 * WEEK], ['c', T - 1], ['d', T])]);
      await deletePolls('a');
      await holds(storage, T);
      await deletePolls('d', false);
      await holds(storage, T);
      await deletePolls('d');
      await holds(storage, T - 1);
      await deletePolls('c');
      await holds(storage, T - 2 * WEEK);
      await deletePolls('b');
      await holds(storage, undefined);
      await storage.appendPolls([batch(['a', T - WEEK])]);
      await holds(storage, T - WEEK);
    });

    test('pruning keeps it while the newest poll stays, and lowers it when that is deleted', async (t) => {
      const storage = await opened(t);
      // Enough for a week of its own, and a few that share.
      await merge(storage, {
        polls: [
          ...Array.from({ length: 1_200 }, (_, i) => ['a', T - 5 * WEEK + i, true] as const),
          ['a', T - 3 * WEEK, true],
          ['b', T, false],
        ],
      });
      await storage.prune(T - 4 * WEEK);
      await holds(storage, T);
      await storage.prune(T - WEEK);
      await holds(storage, T);
      await storage.prune(T + 2 * WEEK);
      await holds(storage, undefined);
      await storage.appendPolls([batch(['b', T - 9 * WEEK])]);
      await holds(storage, T - 9 * WEEK);
    });

    test('a copy has it', async (t) => {
      const [from, to] = [await opened(t), await opened(t)];
      await from.appendPolls([batch(['a', T], ['b', T - 3 * WEEK])]);
      await copyStorage(from, to, () => {});
      await holds(to, T);
    });
  });
}

function batch(...polls: readonly (readonly [string, number])[]): PollBatch {
  return { ids: polls.map(([id]) => id), instants: polls.map(([, instant]) => instant), active: polls.map(() => 1) };
}

/** The newest poll is this one, and what is kept is what the polls say. */
async function holds(storage: Storage, latest: number | undefined): Promise<void> {
  assert.deepEqual(await storage.snapshot(async (s) => [await s.latestPoll()]), [latest]);
  assert.deepEqual(
    (await storage.invariants()).filter(({ broken }) => broken !== 0),
    [],
  );
}

function upTo(storage: Storage, ...instants: readonly number[]): Promise<(number | undefined)[]> {
  return storage.snapshot(async (s) => {
    const found: (number | undefined)[] = [];
    for (const instant of instants) found.push(await s.latestPoll(instant));
    return found;
  });
}
