import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { PollBatch, Storage } from '../../../src/storage/ports/storage.ts';
import { merge, type StagedPoll } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Reasons of inactive polls: what every engine must do. */
export function reasonsContract(engine: string, open: () => Promise<Storage>): void {
  suite(`reasons contract: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };
    /** The two ways to add polls. */
    const ways = {
      imported: async (storage: Storage, ...polls: StagedPoll[]) => (await merge(storage, { polls })).polls,
      appended: async (storage: Storage, ...polls: StagedPoll[]) => (await storage.appendPolls([batch(...polls)]))[0],
    };

    for (const [way, bring] of Object.entries(ways)) {
      test(`polls keep their reasons, ${way}: in a new week, beside others, and among known ones`, async (t) => {
        const storage = await opened(t);
        await bring(storage, ['a', T, false, 'timeout'], ['a', T + 1, true], ['b', T, false]);
        await bring(storage, ['b', T + HOUR, false, 'closed_by_store: "zu", heute – 🍕']);
        await bring(storage, ['a', T + 30 * DAY, false, 'http_503'], ['a', T + 2, false, 'dns'], ['b', T + 3, true]);
        assert.deepEqual(await reasonsOf(storage), [
          ['a', T, 'timeout'],
          ['a', T + 2, 'dns'],
          ['a', T + 30 * DAY, 'http_503'],
          ['b', T + HOUR, 'closed_by_store: "zu", heute – 🍕'],
        ]);
      });

      test(`a later poll replaces state and reason together; one without a reason keeps it, ${way}`, async (t) => {
        const storage = await opened(t);
        await bring(
          storage,
          ['a', T, false, 'timeout'],
          ['a', T + 1, false],
          ['a', T + 2, true],
          ['a', T + 3, false, 'dns'],
        );
        // Repeated.
        assert.deepEqual(
          await bring(storage, ['a', T, false, 'timeout'], ['a', T + 2, true]),
          counts({ alreadyThere: 2 }),
        );
        // Without a reason, as in a file of three columns.
        assert.deepEqual(await bring(storage, ['a', T, false], ['a', T + 2, true]), counts({ alreadyThere: 2 }));
        assert.deepEqual(await reasonsOf(storage), [
          ['a', T, 'timeout'],
          ['a', T + 3, 'dns'],
        ]);
        // Another reason, a first one, another state with and without.
        const replaced = await bring(
          storage,
          ['a', T, false, 'refused'],
          ['a', T + 1, false, 'reset'],
          ['a', T + 2, false, 'http_500'],
          ['a', T + 3, true],
        );
        assert.deepEqual(replaced, counts({ replaced: 4 }));
        assert.deepEqual(await reasonsOf(storage), [
          ['a', T, 'refused'],
          ['a', T + 1, 'reset'],
          ['a', T + 2, 'http_500'],
        ]);
        assert.deepEqual(await bring(storage, ['a', T, true]), counts({ replaced: 1 }));
        assert.deepEqual(await bring(storage, ['a', T, false]), counts({ replaced: 1 }));
        assert.deepEqual(await reasonsOf(storage), [
          ['a', T + 1, 'reset'],
          ['a', T + 2, 'http_500'],
        ]);
      });

      test(`of repeated rows the last one counts with its reason, ${way}`, async (t) => {
        const storage = await opened(t);
        const rows = [
          ['a', T, false, 'timeout'],
          ['a', T, false, 'dns'],
          ['b', T, false, 'timeout'],
          ['b', T, false],
        ] as const;
        assert.deepEqual(await bring(storage, ...rows), counts({ added: 2, repeated: 2 }));
        assert.deepEqual(await reasonsOf(storage), [['a', T, 'dns']]);
      });
    }

    test('batches appended together have the same effect as one by one', async (t) => {
      const [together, apart] = [await opened(t), await opened(t)];
      for (const storage of [together, apart]) await ways.imported(storage, ['a', T, false, 'timeout'], ['b', T, true]);
      const batches = [
        batch(['a', T, false], ['b', T, false, 'dns'], ['c', T, false, 'http_500']),
        batch(['a', T, true], ['b', T, false], ['c', T, false, 'http_502']),
        batch(['a', T, false, 'timeout'], ['b', T, false, 'dns'], ['c', T, true]),
      ];
      const counted = await together.appendPolls(batches);
      assert.deepEqual(counted, [
        counts({ alreadyThere: 1, replaced: 1, added: 1 }),
        counts({ replaced: 2, alreadyThere: 1 }),
        counts({ replaced: 2, alreadyThere: 1 }),
      ]);
      for (const [i, one] of batches.entries()) assert.deepEqual(await apart.appendPolls([one]), [counted[i]]);
      assert.deepEqual(await reasonsOf(together), await reasonsOf(apart));
      assert.deepEqual(await reasonsOf(together), [
        ['a', T, 'timeout'],
        ['b', T, 'dns'],
      ]);
    });

    test('a new reason alone changes the data', async (t) => {
      const storage = await opened(t);
      const revision = () => storage.snapshot((s) => s.revision());
      await ways.appended(storage, ['a', T, false, 'timeout']);
      await ways.appended(storage, ['a', T, false]);
      assert.equal(await revision(), 1);
      await ways.appended(storage, ['a', T, false, 'dns']);
      assert.equal(await revision(), 2);
    });

    test('reasons are copied', async (t) => {
      const [source, target] = [await opened(t), await opened(t)];
      await ways.imported(
        source,
        ['a', T, false, 'timeout'],
        ['a', T + 30 * DAY, false],
        ['b', T + 60 * DAY, false, 'dns'],
      );
      await copyStorage(source, target, () => {});
      assert.deepEqual(await reasonsOf(target), await reasonsOf(source));
      assert.equal((await reasonsOf(target)).length, 2);
    });
  });
}

function counts(some: Partial<MergeCounts>): MergeCounts {
  return { added: 0, replaced: 0, alreadyThere: 0, repeated: 0, ...some };
}

function batch(...polls: readonly StagedPoll[]): PollBatch {
  return {
    ids: polls.map(([id]) => id),
    instants: polls.map(([, instant]) => instant),
    active: polls.map(([, , active]) => (active ? 1 : 0)),
    reasons: new Map(polls.flatMap(([, , , reason], i) => (reason === undefined ? [] : [[i, reason] as const]))),
  };
}

/** All reasons as `[store_id, instant, reason]`, in order; the two ways to read them say the same. */
function reasonsOf(storage: Storage): Promise<[string, number, string][]> {
  return storage.snapshot(async (s) => {
    const { keys, ids } = await s.stores();
    const [from, to] = [T - DAY, T + 100 * DAY];
    const rows: [string, number, string][] = [];
    for (const [i, key] of keys.entries()) {
      for (const { instant, reason } of await s.lastPolls(key, from, to, 100)) {
        if (reason !== undefined) rows.push([ids[i] ?? '', instant, reason]);
      }
    }
    const first = Math.min(...keys);
    const grouped = (await s.pollReasons(first, Math.max(...keys) + 1, from, to)).flatMap(
      ({ reason, store, instant }) =>
        store.map((key, i): [string, number, string] => [
          ids[keys.indexOf(key + first)] ?? '',
          instant[i] ?? 0,
          reason,
        ]),
    );
    const order = (a: [string, number, string], b: [string, number, string]) =>
      a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1];
    assert.deepEqual(grouped.sort(order), rows.sort(order));
    return rows;
  });
}
