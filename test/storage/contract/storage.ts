import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { PollBatch, Storage } from '../../../src/storage/ports/storage.ts';
import { CHANGED_AT, merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 3_600_000;
const ME = 'worker one';
const OTHER = 'worker two';

/**
 * Polls, stores, feeds and reports: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function storageContract(engine: string, open: () => Promise<Storage>): void {
  suite(`storage contract: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };

    test('an empty database has no stores, no latest poll, and answers', async (t) => {
      const storage = await opened(t);
      await storage.check();
      const found = await storage.snapshot(async (s) => [await s.revision(), await s.latestPoll(), await s.stores()]);
      assert.deepEqual(found, [0, undefined, { keys: new Int32Array(), ids: [], zones: [] }]);
    });

    test('every store of any feed exists, with its zone', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [['b', T, true]],
        hours: [['a', 0, 0, HOUR]],
        zones: [
          ['c', 'Asia/Tokyo'],
          ['18446744073709551615', 'UTC'],
        ],
      });
      const { keys, ids, zones } = await storage.snapshot((s) => s.stores());
      assert.deepEqual(ids.map((id, i) => [id, zones[i]]).sort(), [
        ['18446744073709551615', 'UTC'],
        ['a', null],
        ['b', null],
        ['c', 'Asia/Tokyo'],
      ]);
      assert.equal(new Set(keys).size, 4);
    });

    test('an import finds the ids of stores that are not deleted', async (t) => {
      const storage = await opened(t);
      await merge(storage, { zones: ['=1', "o'hara", 'gone'].map((id) => [id, 'UTC']) });
      await storage.changing(async (writer) => {
        const gone = await writer.findStore('gone');
        await writer.deleteStore(gone?.key ?? 0, { withPolls: false });
      });
      const among = await storage.importing((session) => session.storesAmong(['=1', '=2', "o'hara", 'gone']));
      assert.deepEqual([...among].sort(), ['=1', "o'hara"]);
      assert.deepEqual([...(await storage.importing((session) => session.storesAmong([])))], []);
    });

    test('stores are found by id, and no others', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        zones: ["o'hara", 'say "hi"', '🍕', 'a', 'A'].map((id) => [id, 'Asia/Tokyo']),
        hours: [['b', 0, 0, HOUR]],
      });
      const named = await storage.snapshot((s) => s.storesNamed(['b', 'say "hi"', '🍕', 'nobody', "o'hara", 'A']));
      assert.deepEqual(named.ids.map((id, i) => [id, named.zones[i]]).sort(), [
        ['A', 'Asia/Tokyo'],
        ['b', null],
        ["o'hara", 'Asia/Tokyo'],
        ['say "hi"', 'Asia/Tokyo'],
        ['🍕', 'Asia/Tokyo'],
      ]);
      const { keys, ids } = await storage.snapshot((s) => s.stores());
      for (const [i, id] of named.ids.entries()) assert.equal(named.keys[i], keys[ids.indexOf(id)]);
      assert.deepEqual((await storage.snapshot((s) => s.storesNamed([]))).ids, []);
    });

    test('ids are opaque text: quotes, spaces, emoji and case are kept', async (t) => {
      const storage = await opened(t);
      const strange = ["o'hara", 'say "hi"', ' two  words ', '🍕', 'é', 'A', 'a', '\\', '%', 'null', '0012', '12'];
      await merge(storage, { polls: strange.map((id) => [id, T, true]) });
      const { ids } = await storage.snapshot((s) => s.stores());
      assert.deepEqual([...ids].sort(), [...strange].sort());
    });

    test('polls are added, recognized, and replaced by later ones of the same instant', async (t) => {
      const storage = await opened(t);
      const first = await merge(storage, {
        polls: [
          ['a', T, true],
          ['a', T + HOUR, false],
          ['b', T, true],
        ],
      });
      assert.deepEqual(first.polls, counts({ added: 3 }));
      const second = await merge(storage, {
        polls: [
          ['a', T + HOUR, true],
          ['a', T + 2 * HOUR, true],
          ['b', T, true],
        ],
      });
      assert.deepEqual(second.polls, counts({ added: 1, replaced: 1, alreadyThere: 1 }));
      assert.deepEqual(await pollsOf(storage), [
        ['a', T, 1],
        ['a', T + HOUR, 1],
        ['a', T + 2 * HOUR, 1],
        ['b', T, 1],
      ]);
    });

    test('of two rows of one instant in the same table the later one wins', async (t) => {
      const storage = await opened(t);
      const polls = [
        ['a', T, true],
        ['a', T + 1, true],
        ['a', T, false],
        ['a', T, true],
        ['a', T, false],
      ] as const;
      assert.deepEqual((await merge(storage, { polls })).polls, counts({ added: 2, repeated: 3 }));
      assert.deepEqual((await merge(storage, { polls })).polls, counts({ alreadyThere: 2, repeated: 3 }));
      assert.deepEqual(await pollsOf(storage), [
        ['a', T, 0],
        ['a', T + 1, 1],
      ]);
    });

    test('the revision rises only with imports that changed something', async (t) => {
      const storage = await opened(t);
      const revision = () => storage.snapshot((s) => s.revision());
      const all = {
        polls: [['a', T, true]],
        hours: [['a', 0, 0, HOUR]],
        zones: [['a', 'UTC']],
      } as const;
      await merge(storage, all);
      assert.equal(await revision(), 1);
      await merge(storage, all);
      await merge(storage, { polls: [], hours: [], zones: [] });
      assert.equal(await revision(), 1);
      for (const change of [
        { polls: [['a', T, false]] },
        { hours: [['a', 1, 0, HOUR]] },
        { zones: [['a', 'Asia/Tokyo']] },
      ] as const) {
        const before = await revision();
        await merge(storage, change);
        assert.equal(await revision(), before + 1);
      }
    });

    test('an hours file replaces the weekly hours of its stores and no others', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        hours: [
          ['a', 0, 9 * HOUR, 17 * HOUR],
          ['a', 1, 9 * HOUR, 17 * HOUR],
          ['b', 0, 9 * HOUR, 17 * HOUR],
          ['c', 6, 0, HOUR],
        ],
      });
      const replaced = await merge(storage, {
        hours: [
          ['a', 1, 9 * HOUR, 17 * HOUR],
          ['a', 1, 9 * HOUR, 17 * HOUR],
          ['b', 0, 9 * HOUR, 17 * HOUR],
          ['d', 2, 0, HOUR],
          ['d', 3, 0, HOUR],
        ],
      });
      assert.deepEqual(replaced.hours, counts({ added: 2, replaced: 1, alreadyThere: 1, repeated: 1 }));
      assert.deepEqual(await hoursOf(storage), [
        ['a', 1, 9 * HOUR, 17 * HOUR],
        ['b', 0, 9 * HOUR, 17 * HOUR],
        ['c', 6, 0, HOUR],
        ['d', 2, 0, HOUR],
        ['d', 3, 0, HOUR],
      ]);
    });

    test('a zones file replaces the zones of its stores, and the later row wins', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        zones: [
          ['a', 'UTC'],
          ['b', 'UTC'],
        ],
      });
      const replaced = await merge(storage, {
        zones: [
          ['a', 'UTC'],
          ['a', 'Asia/Tokyo'],
          ['c', 'Asia/Tokyo'],
          ['b', 'UTC'],
        ],
      });
      assert.deepEqual(replaced.zones, counts({ added: 1, replaced: 1, alreadyThere: 1, repeated: 1 }));
      const { ids, zones } = await storage.snapshot((s) => s.stores());
      assert.deepEqual(Object.fromEntries(ids.map((id, i) => [id, zones[i]])), {
        a: 'Asia/Tokyo',
        b: 'UTC',
        c: 'Asia/Tokyo',
      });
    });

    test('polls are read with both ends of the range, for a range of keys, in order', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['b', T + 2, true],
          ['b', T + 1, false],
        ],
      });
      await merge(storage, {
        polls: [
          ['a', T + 3, true],
          ['b', T, true],
          ['a', T + 1, true],
          ['c', T + 1, true],
        ],
      });
      assert.deepEqual(await pollsOf(storage, T + 1, T + 2), [
        ['a', T + 1, 1],
        ['b', T + 1, 0],
        ['b', T + 2, 1],
        ['c', T + 1, 1],
      ]);
      const alone = await storage.snapshot(async (s) => {
        const { keys, ids } = await s.stores();
        const key = keys[ids.indexOf('b')] ?? -1;
        const polls = await s.polls(key, key + 1, 0, T + HOUR);
        return { stores: [...polls.store.subarray(0, polls.length)], count: await s.countPolls(T, T + 1) };
      });
      assert.deepEqual(alone, { stores: [0, 0, 0], count: 4 });
      assert.deepEqual(await storage.snapshot(async (s) => [await s.earliestPoll(), await s.latestPoll()]), [T, T + 3]);
    });

    test('the latest poll up to an instant ignores those after it', async (t) => {
      const storage = await opened(t);
      const WEEKS = 21 * 24 * HOUR;
      await merge(storage, {
        polls: [
          ['a', T - WEEKS, true],
          ['a', T, true],
          ['b', T + 1, false],
          ['b', T + WEEKS, true],
        ],
      });
      const latest = (upTo?: number) => storage.snapshot((s) => s.latestPoll(upTo));
      assert.deepEqual(
        [
          await latest(),
          await latest(T + WEEKS - 1),
          await latest(T),
          await latest(T - 1),
          await latest(T - WEEKS - 1),
        ],
        [T + WEEKS, T + 1, T, T - WEEKS, undefined],
      );
      const latestOf = (id: string, upTo: number) => storage.snapshot((s) => s.latestPollOf([id], upTo));
      assert.deepEqual(
        [
          await latestOf('b', T + WEEKS),
          await latestOf('b', T + 1),
          await latestOf('b', T),
          await latestOf('a', T + 1),
        ],
        [T + WEEKS, T + 1, undefined, T],
      );
    });

    test('the latest poll of some stores ignores other and deleted stores', async (t) => {
      const storage = await opened(t);
      const WEEKS = 21 * 24 * HOUR;
      await merge(storage, {
        polls: [
          ['a', T - WEEKS, true],
          ['a', T - WEEKS - 1, true],
          ['b', T, false],
          ['c', T + WEEKS, true],
        ],
        hours: [['quiet', 0, 0, HOUR]],
      });
      const latest = (...ids: string[]) => storage.snapshot((s) => s.latestPollOf(ids));
      assert.deepEqual(await Promise.all([latest('a'), latest('b', 'a'), latest('c')]), [T - WEEKS, T, T + WEEKS]);
      assert.deepEqual(await Promise.all([latest(), latest('quiet'), latest('nowhere', 'b')]), [
        undefined,
        undefined,
        T,
      ]);
      await storage.changing(async (writer) => {
        const store = await writer.findStore('b');
        await writer.deleteStore(store?.key ?? -1, { withPolls: false });
      });
      assert.equal(await latest('a', 'b'), T - WEEKS);
    });

    test('the first poll of a store moves back with older polls, and stays when they are pruned', async (t) => {
      const storage = await opened(t);
      const YEAR = 365 * 24 * HOUR;
      const revision = () => storage.snapshot((s) => s.storesRevision());
      await merge(storage, { hours: [['quiet', 0, 0, HOUR]], polls: [['a', T, true]] });
      await storage.appendPolls([batch(['b', T + 1, false], ['b', T, true], ['a', T + HOUR, true])]);
      assert.deepEqual(await firstPollsOf(storage), { a: T, b: T, quiet: Number.NaN });
      const before = await revision();
      await storage.appendPolls([batch(['quiet', T + 5, true]), batch(['quiet', T + 4, true], ['a', T - HOUR, false])]);
      await storage.appendPolls([batch(['quiet', T + 9, true])]);
      assert.deepEqual(await firstPollsOf(storage), { a: T - HOUR, b: T, quiet: T + 4 });
      await merge(storage, {
        polls: [
          ['b', T - YEAR + 1, true],
          ['b', T - YEAR, true],
          ['a', T + 2, true],
        ],
      });
      assert.deepEqual(await firstPollsOf(storage), { a: T - HOUR, b: T - YEAR, quiet: T + 4 });
      assert.equal(await revision(), before, 'polls alone do not make the directory read again');
      await storage.prune(T - YEAR / 2);
      assert.equal(await storage.snapshot((s) => s.earliestPoll()), T - HOUR);
      assert.deepEqual(await firstPollsOf(storage), { a: T - HOUR, b: T - YEAR, quiet: T + 4 });
      const copy = await opened(t);
      await copyStorage(storage, copy, () => {});
      assert.deepEqual(await firstPollsOf(copy), await firstPollsOf(storage), 'a copy knows it, too');
    });

    test('a store that was deleted with its polls has no first poll', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['a', T, true],
          ['b', T, true],
        ],
      });
      for (const [id, withPolls] of [
        ['a', true],
        ['b', false],
      ] as const) {
        await storage.changing(async (writer) => {
          const store = await writer.findStore(id);
          await writer.deleteStore(store?.key ?? -1, { withPolls });
        });
      }
      await storage.appendPolls([batch(['a', T + HOUR, true], ['b', T + HOUR, true])]);
      assert.deepEqual(await firstPollsOf(storage), { a: T + HOUR, b: T });
    });

    test('an import that fails leaves nothing behind', async (t) => {
      const storage = await opened(t);
      await merge(storage, { polls: [['a', T, true]] });
      const failing = storage.importing(async (session) => {
        await session.staging.run(
          `create temp table p as select 'new' as store_id, ${T}::bigint as instant, false as active
           union all select 'a', ${T}, false`,
        );
        await session.mergePolls('p');
        throw new Error('the disk is on fire');
      });
      await assert.rejects(failing, /on fire/);
      assert.deepEqual(await pollsOf(storage), [['a', T, 1]]);
      assert.deepEqual((await storage.snapshot((s) => s.stores())).ids, ['a']);
      assert.equal(await storage.snapshot((s) => s.revision()), 1);
    });

    test('two concurrent imports of the same rows duplicate nothing', async (t) => {
      const storage = await opened(t);
      const polls = Array.from({ length: 500 }, (_, i) => [`s${i % 7}`, T + i * MINUTE, i % 3 === 0] as const);
      const both = await Promise.all([merge(storage, { polls }), merge(storage, { polls })]);
      assert.deepEqual(
        both.map((one) => one.polls).sort((a, b) => (b?.added ?? 0) - (a?.added ?? 0)),
        [counts({ added: 500 }), counts({ alreadyThere: 500 })],
      );
      assert.equal((await pollsOf(storage)).length, 500);
    });

    test('a snapshot does not see a concurrent import', async (t) => {
      const storage = await opened(t);
      await merge(storage, { polls: [['a', T, true]] });
      await storage.snapshot(async (s) => {
        const before = [await s.revision(), await s.latestPoll()];
        await merge(storage, {
          polls: [
            ['a', T, false],
            ['b', T + 1, true],
          ],
        });
        assert.deepEqual([await s.revision(), await s.latestPoll()], before);
        assert.deepEqual((await s.stores()).ids, ['a']);
      });
      assert.equal(await storage.snapshot((s) => s.latestPoll()), T + 1);
    });

    test('appended polls are added, recognized and replaced, and their stores are created', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['a', T, true],
          ['b', T, true],
        ],
      });
      const appended = await storage.appendPolls([
        batch(['a', T, true], ['b', T, false], ['new', T + HOUR, true], ['neu', T - 300 * 24 * HOUR, false]),
      ]);
      assert.deepEqual(appended, [counts({ added: 2, replaced: 1, alreadyThere: 1 })]);
      assert.deepEqual(await pollsOf(storage), [
        ['a', T, 1],
        ['b', T, 0],
        ['neu', T - 300 * 24 * HOUR, 0],
        ['new', T + HOUR, 1],
      ]);
      assert.deepEqual(await storage.appendPolls([batch(['a', T, true], ['new', T + HOUR, true])]), [
        counts({ alreadyThere: 2 }),
      ]);
    });

    test('each batch of a group gets its own counts, as if appended alone', async (t) => {
      const batches = [
        batch(['a', T, true], ['a', T, false], ['b', T, true]),
        batch(['a', T, false], ['b', T, false], ['b', T, true], ['b', T, false]),
        batch(),
        batch(['b', T, false], ['a', T, true], ['a', T + 1, true]),
      ];
      const [together, apart] = [await opened(t), await opened(t)];
      const counted = await together.appendPolls(batches);
      assert.deepEqual(counted, [
        counts({ added: 2, repeated: 1 }),
        counts({ alreadyThere: 1, replaced: 1, repeated: 2 }),
        counts({}),
        counts({ added: 1, replaced: 1, alreadyThere: 1 }),
      ]);
      for (const [i, one] of batches.entries()) assert.deepEqual(await apart.appendPolls([one]), [counted[i]]);
      assert.deepEqual(await pollsOf(together), await pollsOf(apart));
      // Together the batches may leave the data as it was.
      const undone = await together.appendPolls([batch(['b', T, true]), batch(['b', T, false])]);
      assert.deepEqual(undone, [counts({ replaced: 1 }), counts({ replaced: 1 })]);
      assert.deepEqual(await pollsOf(together), await pollsOf(apart));
    });

    test('appended and imported polls recognize each other', async (t) => {
      const storage = await opened(t);
      const rows = Array.from({ length: 5_000 }, (_, i) => [`s${i % 17}`, T + (i >> 2) * MINUTE, i % 3 === 0] as const);
      assert.deepEqual(await storage.appendPolls([batch(...rows)]), [counts({ added: 5_000 })]);
      assert.deepEqual((await merge(storage, { polls: rows })).polls, counts({ alreadyThere: 5_000 }));
      const before = await pollsOf(storage);
      const turned = rows.map(([id, instant, active]) => [id, instant, !active] as const);
      assert.deepEqual(await storage.appendPolls([batch(...turned)]), [counts({ replaced: 5_000 })]);
      assert.deepEqual(
        await pollsOf(storage),
        before.map(([id, instant, active]) => [id, instant, 1 - active]),
      );
    });

    test('the revision rises only with appends that changed something', async (t) => {
      const storage = await opened(t);
      const revision = () => storage.snapshot((s) => s.revision());
      await storage.appendPolls([batch()]);
      assert.equal(await revision(), 0);
      await storage.appendPolls([batch(['a', T, true])]);
      assert.equal(await revision(), 1);
      await storage.appendPolls([batch(['a', T, true])]);
      assert.equal(await revision(), 1);
      await storage.appendPolls([batch(['a', T, false])]);
      assert.equal(await revision(), 2);
    });

    test('concurrent appends and imports duplicate and lose nothing', async (t) => {
      const storage = await opened(t);
      const rows = Array.from({ length: 300 }, (_, i) => [`s${i % 7}`, T + i * MINUTE, i % 3 === 0] as const);
      const all = await Promise.all([
        storage.appendPolls([batch(...rows)]),
        merge(storage, { polls: rows }).then(({ polls }) => [polls]),
        storage.appendPolls([batch(...rows)]),
      ]);
      assert.equal(
        all.flat().reduce((sum, one) => sum + (one?.added ?? 0), 0),
        300,
      );
      assert.equal((await pollsOf(storage)).length, 300);
    });

    test('a store is created and updated, and its version rises with every change', async (t) => {
      const storage = await opened(t);
      const key = await storage.changing((writer) => writer.addStore("o'hara"));
      const record = {
        key,
        id: "o'hara",
        name: null,
        zone: null,
        labels: {},
        probeUrl: null,
        version: 1,
        deleted: false,
        hoursUnknownUntil: null,
      };
      const found = () => storage.changing((writer) => writer.findStore("o'hara"));
      assert.deepEqual(await found(), record);
      const said = { name: 'Chez "Ö"', labels: { b: '2', a: "it's" }, probeUrl: 'https://example.com/🍕' };
      const describe = (description: typeof said) => storage.changing((w) => w.describeStore(key, description));
      assert.equal(await describe(said), true);
      assert.deepEqual(await found(), { ...record, ...said, version: 2 });
      assert.equal(await describe({ ...said, labels: { a: "it's", b: '2' } }), false);
      assert.deepEqual(await storage.snapshot((s) => s.storeRecords('', 10)), [await found()]);
      const at = { instant: T, asked: false };
      await storage.changing(async (writer) => {
        await writer.setHours(key, [{ day: 0, start: 0, end: HOUR }], at);
        await writer.setZone(key, 'Asia/Tokyo', at);
        await writer.setSpecialHours(key, '2023-02-01', []);
        await writer.removeSpecialHours(key, '2023-02-01');
        await writer.removeSpecialHours(key, '2023-02-01');
      });
      assert.deepEqual([(await found())?.version, (await found())?.zone], [6, 'Asia/Tokyo']);
      await merge(storage, {
        hours: [["o'hara", 1, 0, HOUR]],
        zones: [["o'hara", 'UTC']],
        polls: [["o'hara", T, true]],
      });
      assert.equal((await found())?.version, 8);
      await merge(storage, { hours: [["o'hara", 1, 0, HOUR]], zones: [["o'hara", 'UTC']] });
      assert.equal((await found())?.version, 8);
      assert.equal(await storage.changing((writer) => writer.findStore('nobody')), undefined);
    });

    test('the stores revision counts changes of stores and no polls', async (t) => {
      const storage = await opened(t);
      const revisions = () => storage.snapshot(async (s) => [await s.revision(), await s.storesRevision()]);
      await storage.appendPolls([batch(['a', T, true])]);
      assert.deepEqual(await revisions(), [1, 1]);
      await storage.appendPolls([batch(['a', T + 1, true])]);
      assert.deepEqual(await revisions(), [2, 1]);
      await storage.changing(async (writer) => {
        const key = await writer.addStore('a');
        await writer.describeStore(key, { name: 'A', labels: {}, probeUrl: null });
      });
      assert.deepEqual(await revisions(), [3, 2]);
      await storage.changing((writer) => writer.addStore('a'));
      assert.deepEqual(await revisions(), [3, 2]);
    });

    test('a deleted store comes back with a poll, but not with one of a probe that was under way', async (t) => {
      const storage = await opened(t);
      const poll = (instant: number, restores?: boolean) =>
        storage.appendPolls([
          { ids: ['a'], instants: [instant], active: [1], ...(restores !== undefined && { restores }) },
        ]);
      const seen = () =>
        storage.snapshot(async (s) => ({ ids: (await s.stores()).ids, polls: await s.countPolls(T, T + HOUR) }));
      await poll(T);
      await storage.changing(async (writer) => {
        const store = await writer.findStore('a');
        await writer.deleteStore(store?.key ?? -1, { withPolls: false });
      });
      const [counts] = await poll(T + 1, false);
      assert.equal(counts?.added, 1);
      assert.deepEqual(await seen(), { ids: [], polls: 2 });
      await poll(T + 2);
      assert.deepEqual(await seen(), { ids: ['a'], polls: 3 });
    });

    test('a deleted store is in no list, and its polls stay unless they are deleted too', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['a', T, true],
          ['b', T, true],
          ['b', T + 1, true],
          ['c', T, true],
        ],
      });
      const remove = (id: string, withPolls: boolean) =>
        storage.changing(async (writer) => {
          const store = await writer.findStore(id);
          await writer.deleteStore(store?.key ?? -1, { withPolls });
        });
      await remove('a', false);
      await remove('b', true);
      const seen = () =>
        storage.snapshot(async (s) => ({ ids: (await s.stores()).ids, polls: await s.countPolls(T, T + HOUR) }));
      assert.deepEqual(await seen(), { ids: ['c'], polls: 2 });
      const records = await storage.snapshot((s) => s.storeRecords('', 10));
      assert.deepEqual(
        records.map(({ id, deleted, version }) => [id, deleted, version]),
        [
          ['a', true, 2],
          ['b', true, 2],
          ['c', false, 1],
        ],
      );
    });

    test('a deleted store is restored when anything names it again, with a new version', async (t) => {
      const storage = await opened(t);
      await merge(storage, { polls: [['a', T, true]] });
      const ways: (() => Promise<unknown>)[] = [
        () => storage.appendPolls([batch(['a', T, true])]),
        () => merge(storage, { polls: [['a', T, true]] }),
        () => merge(storage, { zones: [['a', 'UTC']] }),
        () => storage.changing((writer) => writer.addStore('a')),
      ];
      let version = 1;
      for (const way of ways) {
        const before = await storage.snapshot((s) => s.storesRevision());
        await storage.changing(async (writer) => {
          const store = await writer.findStore('a');
          await writer.deleteStore(store?.key ?? -1, { withPolls: false });
        });
        assert.deepEqual((await storage.snapshot((s) => s.stores())).ids, []);
        await way();
        const [record] = await storage.snapshot((s) => s.storeRecords('', 10));
        assert.deepEqual((await storage.snapshot((s) => s.stores())).ids, ['a']);
        assert.ok(record !== undefined && record.version > version + 1, `version ${record?.version} after ${version}`);
        version = record.version;
        assert.equal(await storage.snapshot((s) => s.storesRevision()), before + 2);
        assert.deepEqual(await pollsOf(storage), [['a', T, 1]]);
      }
    });

    test('a copy has the attributes of stores, and deleted ones with their polls', async (t) => {
      const [source, target] = [await opened(t), await opened(t)];
      await merge(source, {
        polls: [
          ['gone', T, true],
          ['kept', T, false],
        ],
        zones: [['gone', 'UTC']],
      });
      await source.changing(async (writer) => {
        const kept = await writer.addStore('kept');
        await writer.describeStore(kept, { name: 'Kept', labels: { city: 'Köln' }, probeUrl: 'https://example.com/' });
        await writer.deleteStore(await writer.addStore('gone'), { withPolls: false });
      });
      assert.deepEqual(await copyStorage(source, target, () => {}), {
        ...{ stores: 2, polls: 2, skipped: 0 },
        ...{ results: 0, missing: 0 },
      });
      const records = (storage: Storage) => storage.snapshot((s) => s.storeRecords('', 10));
      assert.deepEqual(await records(target), await records(source));
    });

    test('the last polls of a store are listed newest first, within a range', async (t) => {
      const storage = await opened(t);
      const polls = Array.from({ length: 20 }, (_, i) => ['a', T + i * 24 * HOUR, i % 2 === 0] as const);
      await merge(storage, { polls: [...polls, ['b', T + HOUR, true]] });
      const last = await storage.snapshot(async (s) => {
        const { keys, ids } = await s.stores();
        return s.lastPolls(keys[ids.indexOf('a')] ?? -1, T + 24 * HOUR, T + 10 * 24 * HOUR, 3);
      });
      assert.deepEqual(
        last,
        [10, 9, 8].map((day) => ({ instant: T + day * 24 * HOUR, active: day % 2 === 0, reason: undefined })),
      );
    });

    test('the stores with an inactive poll in a range are found by their keys', async (t) => {
      const storage = await opened(t);
      await merge(storage, {
        polls: [
          ['early', T, false],
          ['first', T + 1, false],
          ['first', T + 2, true],
          ['last', T + 3, false],
          ['last', T + 4, false],
          ['up', T + 2, true],
        ],
      });
      const found = await storage.snapshot(async (s) => {
        const { keys, ids } = await s.stores();
        const inactive = [...(await s.inactiveKeys(T + 1, T + 3))];
        return inactive.map((key) => ids[keys.indexOf(key)]).sort();
      });
      assert.deepEqual(found, ['first', 'last']);
    });

    test('unusual ids name the same store in appends and imports', async (t) => {
      const storage = await opened(t);
      const strange = ["o'hara", 'say "hi"', ' two  words ', '🍕', 'é', '\\', '{a,b}', 'null', 'NULL', '', '0012'];
      await merge(storage, { polls: strange.map((id) => [id, T, true]) });
      assert.deepEqual(await storage.appendPolls([batch(...strange.map((id) => [id, T, true] as const))]), [
        counts({ alreadyThere: strange.length }),
      ]);
    });

    test('a report is queued, then running, then complete', async (t) => {
      const { reports } = await opened(t);
      assert.equal(await reports.claim(ME, T), undefined);
      const added = await reports.add({ id: 'r1', asOf: T, requestedAt: T + 5 });
      assert.deepEqual(added, {
        id: 'r1',
        status: 'queued',
        asOf: T,
        estimator: 'nearest',
        detailed: false,
        stalePoll: undefined,
        filter: undefined,
        requestedBy: undefined,
        resultId: 'r1',
        requestedAt: T + 5,
        startedAt: undefined,
        finishedAt: undefined,
        progress: 0,
        stores: undefined,
        reason: undefined,
        tzVersion: undefined,
        files: undefined,
      });
      const claimed = await reports.claim(ME, T);
      assert.deepEqual(claimed, { ...added, status: 'running', startedAt: T });
      assert.equal(await reports.claim(ME, T), undefined);
      await reports.progress('r1', ME, 0.25);
      assert.equal((await reports.find('r1'))?.progress, 0.25);
      assert.deepEqual(await reports.complete('r1', ME, 17, T + 9), []);
      const ended = { startedAt: T, finishedAt: T + 9, progress: 1, stores: 17 };
      assert.deepEqual(await reports.find('r1'), { ...added, status: 'complete', ...ended });
      assert.equal(await reports.find('nobody'), undefined);
    });

    test('reports are claimed oldest first, each once, by concurrent workers', async (t) => {
      const { reports } = await opened(t);
      for (const [i, id] of ['x', 'y', 'z'].entries()) await reports.add({ id, asOf: T + i, requestedAt: T + i });
      assert.equal((await reports.claim(ME, T))?.id, 'x');
      const claimed = await Promise.all(Array.from({ length: 6 }, () => reports.claim(ME, T)));
      assert.deepEqual(claimed.map((report) => report?.id ?? '').sort(), ['', '', '', '', 'y', 'z']);
    });

    test('equal reports share one computation, and all complete', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      assert.equal((await reports.add({ id: 'two', asOf: T, requestedAt: T })).resultId, 'one');
      assert.equal((await reports.add({ id: 'other', asOf: T + 1, requestedAt: T })).resultId, 'other');
      await reports.claim(ME, T);
      assert.equal((await reports.add({ id: 'three', asOf: T, requestedAt: T })).resultId, 'one');
      assert.equal((await reports.find('two'))?.status, 'running');
      assert.deepEqual((await reports.complete('one', ME, 1, T))?.sort(), ['three', 'two']);
      assert.equal((await reports.find('three'))?.status, 'complete');
      assert.equal((await reports.add({ id: 'late', asOf: T, requestedAt: T })).resultId, 'late');
    });

    test('a report that reads older data is not shared', async (t) => {
      const storage = await opened(t);
      await storage.reports.add({ id: 'old', asOf: T, requestedAt: T });
      await storage.reports.claim(ME, T);
      await merge(storage, { polls: [['a', T, true]] });
      assert.equal((await storage.reports.add({ id: 'new', asOf: T, requestedAt: T })).resultId, 'new');
    });

    test('a failed report has a reason, and so have those that share it', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      await reports.add({ id: 'two', asOf: T, requestedAt: T });
      await reports.claim(ME, T);
      await reports.fail('one', ME, 'no space left', T);
      const two = await reports.find('two');
      assert.deepEqual([two?.status, two?.reason], ['failed', 'no space left']);
      assert.equal(await reports.claim(ME, T), undefined);
    });

    test('a report belongs to the worker that claimed it until it is returned', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      await reports.add({ id: 'shares', asOf: T, requestedAt: T });
      await reports.claim(ME, T);
      assert.equal(await reports.progress('one', OTHER, 0.9), false);
      assert.equal(await reports.complete('one', OTHER, 1, T), undefined);
      await reports.fail('one', OTHER, 'sabotage', T);
      await reports.release('one', OTHER);
      assert.equal((await reports.find('one'))?.status, 'running');
      await reports.release('one', ME);
      assert.equal((await reports.find('shares'))?.status, 'queued');
      assert.equal((await reports.claim(OTHER, T))?.id, 'one');
      assert.equal(await reports.progress('one', ME, 0.5), false);
      assert.deepEqual(await reports.complete('one', OTHER, 1, T), ['shares']);
      assert.equal((await reports.find('shares'))?.status, 'complete');
    });

    test('pruning deletes old polls and keeps the rest', async (t) => {
      const storage = await opened(t);
      const days = [0, 10, 20, 30, 40].map((day) => ['a', T + day * 24 * HOUR, true] as const);
      await merge(storage, { polls: days });
      const before = await storage.prune(T + 25 * 24 * HOUR);
      assert.ok(before <= T + 25 * 24 * HOUR && before > T + 10 * 24 * HOUR, `nothing is left before ${before}`);
      const left = (await pollsOf(storage)).map(([, instant]) => instant);
      assert.deepEqual(
        left,
        days.map(([, instant]) => instant).filter((instant) => instant >= before),
      );
      assert.deepEqual((await storage.snapshot((s) => s.stores())).ids, ['a']);
    });
  });
}

function counts(some: Partial<MergeCounts>): MergeCounts {
  return { added: 0, replaced: 0, alreadyThere: 0, repeated: 0, ...some };
}

function batch(...polls: readonly (readonly [string, number, boolean])[]): PollBatch {
  return {
    ids: polls.map(([id]) => id),
    instants: polls.map(([, instant]) => instant),
    active: polls.map(([, , active]) => (active ? 1 : 0)),
  };
}

/** All polls as `[store_id, instant, active]`, by store id. */
function pollsOf(storage: Storage, from = 0, to = T + 1_000 * HOUR): Promise<[string, number, number][]> {
  return storage.snapshot(async (s) => {
    const { keys, ids } = await s.stores();
    const first = Math.min(...keys);
    const polls = await s.polls(first, Math.max(...keys) + 1, from, to);
    const rows = Array.from({ length: polls.length }, (_, i): [string, number, number] => [
      ids[keys.indexOf((polls.store[i] ?? 0) + first)] ?? '',
      polls.instant[i] ?? 0,
      polls.active[i] ?? -1,
    ]);
    // Within a store the order is the storage's: a stable sort by id keeps it.
    return rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  });
}

/** The first poll of each store; NaN: never polled. */
function firstPollsOf(storage: Storage): Promise<Record<string, number>> {
  return storage.snapshot(async (s) => {
    const { keys, ids } = await s.stores();
    const first = Math.min(...keys);
    const firstPolls = await s.firstPolls(first, Math.max(...keys) + 1);
    return Object.fromEntries(ids.map((id, i) => [id, firstPolls[(keys[i] ?? 0) - first] ?? Number.NaN]));
  });
}

/** The rows in force at `CHANGED_AT`. */
function hoursOf(storage: Storage): Promise<[string, number, number, number][]> {
  return storage.snapshot(async (s) => {
    const { keys, ids } = await s.stores();
    const first = Math.min(...keys);
    const hours = await s.hours(first, Math.max(...keys) + 1, CHANGED_AT, CHANGED_AT);
    const rows = Array.from({ length: hours.length }, (_, i): [string, number, number, number] => [
      ids[keys.indexOf((hours.store[i] ?? 0) + first)] ?? '',
      hours.day[i] ?? 0,
      hours.start[i] ?? 0,
      hours.end[i] ?? 0,
    ]);
    return rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  });
}
