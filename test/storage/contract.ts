import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { MergeCounts, Storage } from '../../src/storage/ports.ts';
import { CHANGED_AT, merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 3_600_000;
const ME = 'worker one';
const OTHER = 'worker two';

/**
 * What every engine must do, on the real engine.
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

    test('every store that any feed names is there, with its zone', async (t) => {
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

    test('stores are found by their names, and only those', async (t) => {
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

    test('polls are added, met again, and replaced by a later word on the same instant', async (t) => {
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

    test('of two rows about one instant in the same table the later one wins', async (t) => {
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

    test('the revision counts imports that changed something, and no others', async (t) => {
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

    test('an hours file replaces the week of the stores that it names and no other', async (t) => {
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

    test('a zones file replaces the zone of the stores that it names, the later row winning', async (t) => {
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

    test('two imports of the same rows at once double nothing', async (t) => {
      const storage = await opened(t);
      const polls = Array.from({ length: 500 }, (_, i) => [`s${i % 7}`, T + i * MINUTE, i % 3 === 0] as const);
      const both = await Promise.all([merge(storage, { polls }), merge(storage, { polls })]);
      assert.deepEqual(
        both.map((one) => one.polls).sort((a, b) => (b?.added ?? 0) - (a?.added ?? 0)),
        [counts({ added: 500 }), counts({ alreadyThere: 500 })],
      );
      assert.equal((await pollsOf(storage)).length, 500);
    });

    test('a snapshot does not see what is imported while it reads', async (t) => {
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

    test('a report goes from queued over running to complete', async (t) => {
      const { reports } = await opened(t);
      assert.equal(await reports.claim(ME), undefined);
      const added = await reports.add({ id: 'r1', asOf: T, requestedAt: T + 5 });
      assert.deepEqual(added, {
        id: 'r1',
        status: 'queued',
        asOf: T,
        estimator: 'nearest',
        filter: undefined,
        requestedBy: undefined,
        resultId: 'r1',
        requestedAt: T + 5,
        startedAt: undefined,
        finishedAt: undefined,
        progress: 0,
        stores: undefined,
        reason: undefined,
      });
      const claimed = await reports.claim(ME);
      assert.ok(claimed?.startedAt !== undefined, 'it was not said when it started');
      assert.deepEqual(claimed, { ...added, status: 'running', startedAt: claimed.startedAt });
      assert.equal(await reports.claim(ME), undefined);
      await reports.progress('r1', ME, 0.25);
      assert.equal((await reports.find('r1'))?.progress, 0.25);
      assert.deepEqual(await reports.complete('r1', ME, 17, T + 9), []);
      const ended = { startedAt: claimed.startedAt, finishedAt: T + 9, progress: 1, stores: 17 };
      assert.deepEqual(await reports.find('r1'), { ...added, status: 'complete', ...ended });
      assert.equal(await reports.find('nobody'), undefined);
    });

    test('reports are claimed oldest first, each once, however many ask at once', async (t) => {
      const { reports } = await opened(t);
      for (const [i, id] of ['x', 'y', 'z'].entries()) await reports.add({ id, asOf: T + i, requestedAt: T + i });
      assert.equal((await reports.claim(ME))?.id, 'x');
      const claimed = await Promise.all(Array.from({ length: 6 }, () => reports.claim(ME)));
      assert.deepEqual(claimed.map((report) => report?.id ?? '').sort(), ['', '', '', '', 'y', 'z']);
    });

    test('an equal report in flight is shared: one is computed, all complete', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      assert.equal((await reports.add({ id: 'two', asOf: T, requestedAt: T })).resultId, 'one');
      assert.equal((await reports.add({ id: 'other', asOf: T + 1, requestedAt: T })).resultId, 'other');
      await reports.claim(ME);
      assert.equal((await reports.add({ id: 'three', asOf: T, requestedAt: T })).resultId, 'one');
      assert.equal((await reports.find('two'))?.status, 'running');
      assert.deepEqual((await reports.complete('one', ME, 1, T))?.sort(), ['three', 'two']);
      assert.equal((await reports.find('three'))?.status, 'complete');
      assert.equal((await reports.add({ id: 'late', asOf: T, requestedAt: T })).resultId, 'late');
    });

    test('a report that reads older data is not shared', async (t) => {
      const storage = await opened(t);
      await storage.reports.add({ id: 'old', asOf: T, requestedAt: T });
      await storage.reports.claim(ME);
      await merge(storage, { polls: [['a', T, true]] });
      assert.equal((await storage.reports.add({ id: 'new', asOf: T, requestedAt: T })).resultId, 'new');
    });

    test('a failed report says why, and so do those that share it', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      await reports.add({ id: 'two', asOf: T, requestedAt: T });
      await reports.claim(ME);
      await reports.fail('one', ME, 'no space left', T);
      const two = await reports.find('two');
      assert.deepEqual([two?.status, two?.reason], ['failed', 'no space left']);
      assert.equal(await reports.claim(ME), undefined);
    });

    test('a report belongs to the worker that claimed it, until it is given back', async (t) => {
      const { reports } = await opened(t);
      await reports.add({ id: 'one', asOf: T, requestedAt: T });
      await reports.add({ id: 'shares', asOf: T, requestedAt: T });
      await reports.claim(ME);
      assert.equal(await reports.progress('one', OTHER, 0.9), false);
      assert.equal(await reports.complete('one', OTHER, 1, T), undefined);
      await reports.fail('one', OTHER, 'sabotage', T);
      await reports.release('one', OTHER);
      assert.equal((await reports.find('one'))?.status, 'running');
      await reports.release('one', ME);
      assert.equal((await reports.find('shares'))?.status, 'queued');
      assert.equal((await reports.claim(OTHER))?.id, 'one');
      assert.equal(await reports.progress('one', ME, 0.5), false);
      assert.deepEqual(await reports.complete('one', OTHER, 1, T), ['shares']);
      assert.equal((await reports.find('shares'))?.status, 'complete');
    });

    test('pruning takes old polls and leaves the rest', async (t) => {
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

/** The rows that hold at `CHANGED_AT`. */
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
