import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { StoredPolls } from '../../../src/intake/prober/history.ts';
import type { CoverageGap } from '../../../src/storage/ports/coverage-gaps.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import type { SyncResult } from '../../../src/storage/ports/sync-log.ts';

const T = Date.parse('2026-11-23T12:00:00Z');
const HOUR = 3_600_000;

const NOTHING = {
  error: undefined,
  files: 0,
  bytes: 0,
  read: 0,
  rejected: 0,
  added: 0,
  replaced: 0,
  alreadyThere: 0,
  repeated: 0,
  setAside: 0,
  standing: undefined,
};

/**
 * Coverage gaps and the sync log: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function watchContract(engine: string, open: () => Promise<Storage>): void {
  suite(`storage of poller and syncs: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };

    test('a gap is recorded, updated as it grows, and ends', async (t) => {
      const { gaps } = await opened(t);
      const gap: CoverageGap = { id: 'g', server: 's', from: T, until: undefined, reason: "it's dark", unobserved: 0 };
      await gaps.save(gap, T);
      await gaps.save({ ...gap, unobserved: 7 }, T + 1);
      assert.deepEqual(await gaps.list(T + HOUR, T + 2 * HOUR), [{ ...gap, unobserved: 7 }]);
      const ended = { ...gap, until: T + HOUR, unobserved: 3_000_000_000 };
      await gaps.save(ended, T + HOUR);
      assert.deepEqual(await gaps.list(T + HOUR, T + 2 * HOUR), []);
      assert.deepEqual(await gaps.list(0, T), []);
      assert.deepEqual(await gaps.list(T + HOUR - 1, T + HOUR), [ended]);
    });

    test('a gap whose server is gone ends when it was last saved', async (t) => {
      const { gaps } = await opened(t);
      const gap = { server: 's', from: T, until: undefined, reason: 'r', unobserved: 1 };
      await gaps.save({ ...gap, id: 'old' }, T + 5);
      await gaps.save({ ...gap, id: 'new' }, T + HOUR);
      await gaps.endAbandoned(T + HOUR);
      const found = (await gaps.list(T, T + 1)).map(({ id, until }) => [id, until]);
      assert.deepEqual(found, [
        ['new', undefined],
        ['old', T + 5],
      ]);
    });

    test('syncs are listed newest first, with the results of their sources', async (t) => {
      const { syncs } = await opened(t);
      const result: SyncResult = {
        ...NOTHING,
        feed: 'polls',
        source: 'p.csv',
        status: 'changed',
        attempts: 1,
        files: 2,
        bytes: 5_000_000_000,
        read: 9,
        added: 5,
        alreadyThere: 4,
        setAside: 3_000_000_000,
        standing: { rejected: 11, read: 21, storesKept: 1, storesUnknown: 2 },
      };
      const failed: SyncResult = {
        ...NOTHING,
        feed: 'zones',
        source: 'z.csv',
        status: 'failed',
        attempts: 4,
        error: 'there is no file z.csv',
      };
      for (const [i, cause] of (['schedule', 'request', 'schedule'] as const).entries()) {
        await syncs.begin({ id: `run ${i}`, server: 's', cause, startedAt: T + i });
      }
      await syncs.add('run 1', failed);
      await syncs.add('run 1', result);
      await syncs.finish('run 1', T + HOUR);
      assert.deepEqual(await syncs.runs(2), [
        { id: 'run 2', server: 's', cause: 'schedule', startedAt: T + 2, finishedAt: undefined, results: [] },
        {
          id: 'run 1',
          server: 's',
          cause: 'request',
          startedAt: T + 1,
          finishedAt: T + HOUR,
          results: [result, failed],
        },
      ]);
      await syncs.forget(T + 2);
      assert.deepEqual(
        (await syncs.runs(10)).map(({ id }) => id),
        ['run 2'],
      );
    });

    test('the last success is the end of the last sync without a failed source', async (t) => {
      const { syncs } = await opened(t);
      const ended = async (id: string, startedAt: number, ...statuses: SyncResult['status'][]) => {
        await syncs.begin({ id, server: 's', cause: 'schedule', startedAt });
        for (const [i, status] of statuses.entries()) {
          await syncs.add(id, { ...NOTHING, feed: 'polls', source: `${i}.csv`, status, attempts: 1 });
        }
        await syncs.finish(id, startedAt + 1);
      };
      await syncs.begin({ id: 'cut off', server: 's', cause: 'schedule', startedAt: T });
      await ended('first failed', T, 'changed', 'failed');
      assert.equal(await syncs.lastSuccess(), undefined);
      await ended('good', T + HOUR, 'changed', 'unchanged');
      await ended('failed again', T + 2 * HOUR, 'failed', 'changed');
      await syncs.begin({ id: 'under way', server: 's', cause: 'schedule', startedAt: T + 3 * HOUR });
      assert.equal(await syncs.lastSuccess(), T + HOUR + 1);
      await ended('good again', T + 4 * HOUR, 'unchanged');
      assert.equal(await syncs.lastSuccess(), T + 4 * HOUR + 1);
    });

    test('a checkpoint of a file has its last value', async (t) => {
      const { syncs } = await opened(t);
      assert.equal(await syncs.checkpoint('polls', '/p.csv'), undefined);
      await syncs.saveCheckpoint('polls', '/p.csv', '{"read":1}');
      await syncs.saveCheckpoint('hours', '/p.csv', '{"read":7}');
      await syncs.saveCheckpoint('polls', '/p.csv', '{"read":2}');
      assert.deepEqual(
        [
          await syncs.checkpoint('polls', '/p.csv'),
          await syncs.checkpoint('hours', '/p.csv'),
          await syncs.checkpoint('polls', '/q.csv'),
        ],
        ['{"read":2}', '{"read":7}', undefined],
      );
    });

    test('the checkpoint of a folder of day files is saved with the polls, or not at all', async (t) => {
      const storage = await opened(t);
      const { dayFiles } = storage;
      const at = (bytes: number, folder = 'one', file = '2023-01-22.csv') => ({ folder, file, bytes });
      const polls = { ids: ['a'], instants: [T], active: [1] };
      const none = { ids: [], instants: [], active: [] };
      assert.equal(await dayFiles.find('one'), undefined);
      await storage.appendPolls([{ ...polls, step: { after: undefined, upTo: at(7) } }]);
      const large = at(3_000_000_000, 'one', '2023-01-23.csv');
      await storage.appendPolls([
        { ...none, step: { after: at(7), upTo: large } },
        { ...polls, step: { after: undefined, upTo: at(12, "o'hara") } },
        polls,
      ]);
      assert.deepEqual(
        [await dayFiles.find('one'), await dayFiles.find("o'hara"), await dayFiles.find('two')],
        [large, at(12, "o'hara"), undefined],
      );
      const impossible = { ids: ['b'], instants: [Number.NaN], active: [1], step: { after: large, upTo: at(1) } };
      await assert.rejects(storage.appendPolls([impossible]));
      assert.deepEqual(await dayFiles.find('one'), large);
    });

    test('a checkpoint that is not the expected one stays, and the polls are stored', async (t) => {
      const storage = await opened(t);
      const at = (bytes: number) => ({ folder: 'one', file: '2023-01-22.csv', bytes });
      const polls = (id: string) => ({ ids: [id], instants: [T], active: [1] });
      await storage.appendPolls([{ ...polls('a'), step: { after: at(3), upTo: at(7) } }]);
      assert.equal(await storage.dayFiles.find('one'), undefined);
      await storage.appendPolls([{ ...polls('b'), step: { after: undefined, upTo: at(7) } }]);
      await storage.appendPolls([{ ...polls('c'), step: { after: undefined, upTo: at(8) } }]);
      await storage.appendPolls([{ ...polls('d'), step: { after: at(8), upTo: at(9) } }]);
      assert.deepEqual(await storage.dayFiles.find('one'), at(7));
      assert.deepEqual((await storage.snapshot((snapshot) => snapshot.stores())).ids.length, 4);
    });

    test('the polls from an instant on are visited, in time order for each store', async (t) => {
      const storage = await opened(t);
      await storage.appendPolls([{ ids: ['b', 'a', 'a', 'a'], instants: [T, T + 2, T - 1, T], active: [1, 0, 1, 1] }]);
      const seen: unknown[] = [];
      await new StoredPolls(storage).forEach(T, (id, instant, active) => seen.push([id, instant - T, active]));
      assert.deepEqual(seen.sort(), [
        ['a', 0, true],
        ['a', 2, false],
        ['b', 0, true],
      ]);
      await new StoredPolls(storage).forEach(T + 3, () => assert.fail('there is none'));
    });
  });
}
