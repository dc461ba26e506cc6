import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { suite, type TestContext, test } from 'node:test';
import { importSources, inspectFeeds } from '../../../src/intake/feeds/import.ts';
import { UserError } from '../../../src/lib/errors.ts';
import type { NewImport } from '../../../src/storage/ports/import-catalog.ts';
import type { QueuedJobs } from '../../../src/storage/ports/jobs.ts';
import type { NewReport, NewResult, ReportCatalog } from '../../../src/storage/ports/report-catalog.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const ME = 'worker one';

function wanted(id: string, more: Partial<NewReport> = {}): NewReport {
  return { id, asOf: T, requestedAt: T, ...more };
}

function resultOf(figures: string): NewResult {
  const digest = (sha256: string) => ({ bytes: figures.length, sha256 });
  return { csv: digest(`csv ${figures}`), figures: digest(figures), content: () => [Buffer.from(figures)] };
}

function upload(id: string, more: Partial<NewImport> = {}): NewImport {
  return {
    ...{ id, feed: 'polls', fileName: `${id}.csv`, strict: false, dryRun: false, effectiveFrom: undefined },
    maxBadShare: undefined,
    ...{ bytes: 3_000_000_000, server: 'here', requestedBy: undefined, requestedAt: T, ...more },
  };
}

/**
 * Records of reports and imports: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function catalogContract(engine: string, open: () => Promise<Storage>): void {
  suite(`catalog contract: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };
    const statuses = async (reports: ReportCatalog, ...ids: string[]) =>
      Promise.all(ids.map(async (id) => (await reports.find(id))?.status));

    test('a result is shared only by reports of the same stores, estimator and details', async (t) => {
      const { reports } = await opened(t);
      const stores = ['a', 'say "hi", 🍕'];
      await reports.add(wanted('all'));
      const some = await reports.add(wanted('some', { stores, requestedBy: 'ann' }));
      assert.equal(some.resultId, 'some');
      assert.equal(some.filter?.size, 2);
      assert.equal(some.requestedBy, 'ann');
      const same = await reports.add(wanted('same', { stores, requestedBy: 'bob' }));
      assert.deepEqual([same.resultId, same.filter], ['some', some.filter]);
      assert.equal((await reports.add(wanted('fewer', { stores: ['a'] }))).resultId, 'fewer');
      assert.equal((await reports.add(wanted('none', { stores: [] }))).resultId, 'none');
      assert.equal((await reports.add(wanted('every'))).resultId, 'all');
      assert.deepEqual(await reports.filter('same'), stores);
      assert.deepEqual(await reports.filter('none'), []);
      assert.deepEqual([await reports.filter('all'), await reports.filter('nobody')], [undefined, undefined]);
      assert.equal((await reports.add(wanted('markov', { estimator: 'markov' }))).resultId, 'markov');
      const detailed = await reports.add(wanted('detailed', { detailed: true }));
      assert.deepEqual([detailed.resultId, detailed.detailed], ['detailed', true]);
      assert.equal((await reports.add(wanted('as detailed', { detailed: true }))).resultId, 'detailed');
      assert.deepEqual(await reports.countQueued('ann'), { total: 6, own: 1 });
    });

    test('of reports that are added at once, no more are admitted than the limit', async (t) => {
      const { reports } = await opened(t);
      const admit = ({ total, own }: QueuedJobs) => {
        if (total >= 5 || own >= 3) throw new UserError('too_many_requests', 'full');
      };
      const add = (id: string, requestedBy: string, asOf: number) =>
        reports.add(wanted(id, { requestedBy, asOf }), admit);
      const all = Array.from({ length: 20 }, (_, i) => [
        add(`a${i}`, 'ann', T + i),
        add(`b${i}`, 'bob', T - i - 1),
      ]).flat();
      const added = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
      assert.equal(added.length, 5);
      const { total, own } = await reports.countQueued('ann');
      assert.equal(total, 5);
      assert.ok(own <= 3 && own >= 2, `${own} reports of one user are queued`);
    });

    test('a report records the time zone rules it is computed with, and is not shared by others', async (t) => {
      const { reports } = await opened(t);
      await reports.add(wanted('made', { tzVersion: '2026e' }));
      assert.equal((await reports.find('made'))?.tzVersion, undefined);
      assert.equal((await reports.add(wanted('queued with it', { tzVersion: '2026f' }))).resultId, 'made');
      assert.equal((await reports.claim(ME, T, '2026e'))?.tzVersion, '2026e');
      assert.equal((await reports.add(wanted('same rules', { tzVersion: '2026e' }))).resultId, 'made');
      assert.equal((await reports.add(wanted('newer rules', { tzVersion: '2026f' }))).resultId, 'newer rules');
      await reports.complete('made', ME, 1, T + 1);
      const listed = (await reports.list({ limit: 9 })).map(({ id, tzVersion }) => `${id}: ${tzVersion}`);
      assert.deepEqual(listed.sort(), [
        'made: 2026e',
        'newer rules: undefined',
        'queued with it: 2026e',
        'same rules: 2026e',
      ]);
    });

    test('a report keeps its own mark of stale polls when it shares a result', async (t) => {
      const { reports } = await opened(t);
      await reports.add(wanted('given'));
      assert.equal((await reports.add(wanted('late', { stalePoll: T - 1 }))).resultId, 'given');
      assert.equal(
        (await reports.add(wanted('other', { asOf: T + 1, requestedAt: T + 1, stalePoll: T }))).stalePoll,
        T,
      );
      assert.equal((await reports.claim(ME, T))?.stalePoll, undefined);
      assert.equal((await reports.claim(ME, T))?.stalePoll, T);
      await reports.complete('given', ME, 1, T + 2);
      const found = await Promise.all(['given', 'late', 'other'].map((id) => reports.find(id)));
      assert.deepEqual(
        found.map((report) => report?.stalePoll),
        [undefined, T - 1, T],
      );
      const listed = (await reports.list({ limit: 9 })).map(({ id, stalePoll }) => `${id} ${stalePoll}`);
      assert.deepEqual(listed.sort(), ['given undefined', `late ${T - 1}`, `other ${T}`]);
    });

    test('reports are listed newest first, a page at a time, by status and user', async (t) => {
      const { reports } = await opened(t);
      for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        const requestedBy = i % 2 === 0 ? 'ann' : 'bob';
        await reports.add(wanted(id, { asOf: T + i, requestedAt: T + Math.floor(i / 2), requestedBy }));
      }
      const page = async (query: Parameters<ReportCatalog['list']>[0]) =>
        (await reports.list(query)).map(({ id }) => id);
      assert.deepEqual(await page({ limit: 3 }), ['e', 'd', 'c']);
      assert.deepEqual(await page({ limit: 3, after: { requestedAt: T + 1, id: 'd' } }), ['c', 'b', 'a']);
      assert.deepEqual(await page({ limit: 9, requestedBy: 'ann' }), ['e', 'c', 'a']);
      assert.equal((await reports.claim(ME, T))?.id, 'a');
      assert.deepEqual(await page({ limit: 9, status: 'running' }), ['a']);
      assert.deepEqual(await page({ limit: 9, status: 'queued', requestedBy: 'bob' }), ['d', 'b']);
    });

    test('a cancelled report is not claimed, and its worker loses it', async (t) => {
      const { reports } = await opened(t);
      await reports.add(wanted('queued'));
      assert.equal(await reports.cancel('queued', T + 7), true);
      const cancelled = await reports.find('queued');
      assert.deepEqual([cancelled?.status, cancelled?.finishedAt], ['cancelled', T + 7]);
      assert.equal(await reports.claim(ME, T), undefined);
      assert.equal(await reports.cancel('queued', T + 8), false);

      await reports.add(wanted('running'));
      await reports.claim(ME, T);
      assert.equal(await reports.cancel('running', T + 9), true);
      assert.equal(await reports.progress('running', ME, 0.5), false);
      assert.equal(await reports.complete('running', ME, 1, T + 10), undefined);
      assert.deepEqual(await statuses(reports, 'running'), ['cancelled']);
      assert.equal(await reports.cancel('nobody', T), false);
    });

    test('a shared computation continues when one of its reports is cancelled, even the first', async (t) => {
      const { reports } = await opened(t);
      for (const id of ['first', 'second', 'third']) await reports.add(wanted(id));
      await reports.claim(ME, T);
      assert.equal(await reports.cancel('first', T), true);
      assert.equal(await reports.cancel('second', T), true);
      assert.deepEqual(await statuses(reports, 'first', 'second', 'third'), ['cancelled', 'cancelled', 'running']);
      assert.deepEqual(await reports.complete('first', ME, 5, T), ['third']);
      assert.deepEqual(await statuses(reports, 'first', 'second', 'third'), ['cancelled', 'cancelled', 'complete']);
    });

    test('a shared computation ends when all its reports are cancelled', async (t) => {
      const { reports } = await opened(t);
      for (const id of ['first', 'second']) await reports.add(wanted(id));
      await reports.claim(ME, T);
      await reports.cancel('second', T);
      await reports.cancel('first', T);
      assert.equal(await reports.progress('first', ME, 0.5), false);
      assert.equal((await reports.add(wanted('new'))).resultId, 'new');
    });

    test('the result of a deleted report stays while others share it', async (t) => {
      const { reports } = await opened(t);
      for (const id of ['first', 'second', 'third']) await reports.add(wanted(id));
      await reports.claim(ME, T);
      await reports.complete('first', ME, 5, T);
      assert.deepEqual(await reports.remove('first', T), []);
      assert.equal(await reports.find('first'), undefined);
      assert.deepEqual((await reports.list({ limit: 9 })).map(({ id }) => id).sort(), ['second', 'third']);
      assert.equal((await reports.find('second'))?.resultId, 'first');
      assert.equal(await reports.remove('first', T), undefined);
      assert.deepEqual(await reports.remove('second', T), ['second']);
      assert.deepEqual((await reports.remove('third', T))?.sort(), ['first', 'third']);
      assert.deepEqual(await reports.list({ limit: 9 }), []);
    });

    test('deleting a running report ends it, unless others share it', async (t) => {
      const { reports } = await opened(t);
      for (const id of ['first', 'second']) await reports.add(wanted(id));
      await reports.claim(ME, T);
      assert.deepEqual(await reports.remove('first', T), []);
      assert.equal(await reports.progress('first', ME, 0.5), true);
      assert.deepEqual((await reports.remove('second', T))?.sort(), ['first', 'second']);
      assert.equal(await reports.progress('first', ME, 0.6), false);
    });

    test('old reports are found after they ended, and not before', async (t) => {
      const { reports } = await opened(t);
      await reports.add(wanted('old'));
      await reports.claim(ME, T);
      await reports.complete('old', ME, 1, T + 100);
      await reports.add(wanted('cancelled', { asOf: T + 1 }));
      await reports.cancel('cancelled', T + 200);
      await reports.add(wanted('queued', { asOf: T + 2 }));
      assert.deepEqual(await reports.endedBefore(T + 100, 9), []);
      assert.deepEqual(await reports.endedBefore(T + 101, 9), ['old']);
      assert.deepEqual((await reports.endedBefore(T + 1_000, 9)).sort(), ['cancelled', 'old']);
      assert.equal((await reports.endedBefore(T + 1_000, 1)).length, 1);
    });

    test('concurrent requests and cancellations of equal reports never leave one without a result', async (t) => {
      const { reports } = await opened(t);
      for (let round = 0; round < 10; round++) {
        await reports.add(wanted(`${round} first`, { asOf: T + round }));
        await Promise.all([
          reports.cancel(`${round} first`, T),
          reports.add(wanted(`${round} second`, { asOf: T + round })),
        ]);
        assert.deepEqual(await statuses(reports, `${round} first`, `${round} second`), ['cancelled', 'queued']);
      }
    });

    test('only the attempt that holds a report records its result', async (t) => {
      const { reports, results } = await opened(t);
      const stored = async (id: string) => Readable.from((await results?.read(id, 'figures')) ?? []).toArray();
      await reports.add(wanted('r'));
      await reports.add(wanted('shares'));
      assert.deepEqual(await reports.attempts(), new Map([['r', undefined]]));
      await reports.claim('first', T);
      assert.deepEqual(await reports.attempts('r'), new Map([['r', 'first']]));
      await reports.release('r', 'first');
      await reports.claim('second', T);
      const [stale, current] = [resultOf('stale'), resultOf('current')];
      assert.equal(await reports.complete('r', 'first', 1, T, stale), undefined);
      assert.deepEqual(await stored('r'), []);
      assert.deepEqual(await reports.complete('r', 'second', 1, T, current), ['shares']);
      assert.equal(await reports.complete('r', 'first', 1, T, stale), undefined);
      const { csv, figures } = current;
      for (const id of ['r', 'shares']) {
        assert.deepEqual((await reports.find(id))?.files, { attempt: 'second', csv, figures });
      }
      assert.deepEqual(
        (await reports.list({ limit: 9 })).map(({ files }) => files?.attempt),
        ['second', 'second'],
      );
      assert.deepEqual(await reports.attempts(), new Map([['r', 'second']]));
      if (results !== undefined) assert.deepEqual(await stored('r'), [Buffer.from('current')]);
    });

    test('the stored result of a report is deleted with its record', async (t) => {
      const { reports, results } = await opened(t);
      await reports.add(wanted('r'));
      await reports.claim(ME, T);
      await reports.complete('r', ME, 1, T, resultOf('figures'));
      await reports.remove('r', T);
      assert.equal(await results?.read('r', 'figures'), undefined);
    });

    test('an import is queued, then running, then complete', async (t) => {
      const { imports } = await opened(t);
      const asked = upload('i1', {
        strict: true,
        maxBadShare: 0.25,
        effectiveFrom: T - 5,
        requestedBy: 'ann',
        requestedAt: T,
      });
      const added = await imports.add(asked);
      const empty = { phase: undefined, progress: 0, attempts: 0, startedAt: undefined, finishedAt: undefined };
      assert.deepEqual(added, { ...asked, ...empty, status: 'queued', counts: undefined, reason: undefined });
      assert.equal(await imports.claim('elsewhere', T + 1), undefined);
      const claimed = await imports.claim('here', T + 1);
      assert.deepEqual(claimed, { ...added, status: 'running', startedAt: T + 1, attempts: 1 });
      assert.equal(await imports.claim('here', T + 1), undefined);
      await imports.progress('i1', 'reading', 0.25);
      assert.deepEqual(await imports.find('i1'), { ...claimed, phase: 'reading', progress: 0.25 });
      const unreadStores = { kept: 1, unknown: 1, ids: ['b', "o'a"] };
      const counts = {
        read: 8,
        added: 1,
        replaced: 2,
        alreadyThere: 1,
        repeated: 1,
        rejected: 1,
        setAside: 2,
        unreadStores,
      };
      await imports.complete('i1', counts, T + 2);
      const complete = await imports.find('i1');
      assert.deepEqual(complete, { ...claimed, status: 'complete', progress: 1, finishedAt: T + 2, counts });
      await imports.fail('i1', 'too late', T + 3);
      assert.deepEqual(await imports.find('i1'), complete);
      assert.equal(await imports.find('nobody'), undefined);
    });

    test('imports are claimed oldest first, returned, failed and listed', async (t) => {
      const { imports } = await opened(t);
      for (const [i, id] of ['a', 'b', 'c'].entries()) await imports.add(upload(id, { requestedAt: T + i }));
      await imports.add(upload('d', { requestedAt: T, server: 'elsewhere', dryRun: true }));
      assert.equal((await imports.claim('here', T))?.id, 'a');
      await imports.release('a', 0);
      const again = await imports.claim('here', T);
      assert.deepEqual([again?.id, again?.attempts], ['a', 1]);
      await imports.fail('a', 'no polls file', T + 9);
      assert.deepEqual(
        [(await imports.find('a'))?.status, (await imports.find('a'))?.reason],
        ['failed', 'no polls file'],
      );
      assert.deepEqual(
        (await imports.unfinished('here')).map(({ id }) => id),
        ['b', 'c'],
      );
      assert.deepEqual(
        (await imports.list({ limit: 2 })).map(({ id }) => id),
        ['c', 'b'],
      );
      const rest = await imports.list({ limit: 9, after: { requestedAt: T + 1, id: 'b' } });
      assert.deepEqual(
        rest.map(({ id, dryRun }) => [id, dryRun]),
        [
          ['d', true],
          ['a', false],
        ],
      );
      assert.deepEqual(
        (await imports.list({ limit: 9, status: 'failed' })).map(({ id }) => id),
        ['a'],
      );
      assert.deepEqual(await imports.endedBefore(T + 10, 9), ['a']);
      assert.deepEqual(await imports.endedBefore(T + 9, 9), []);
    });

    test('a running import is not deleted', async (t) => {
      const { imports } = await opened(t);
      await imports.add(upload('a'));
      await imports.claim('here', T);
      assert.equal(await imports.remove('a'), false);
      await imports.release('a', 0);
      assert.equal(await imports.remove('a'), true);
      assert.equal(await imports.remove('a'), false);
    });

    test('a dry run reports what would change, and changes nothing', async (t) => {
      const storage = await opened(t);
      const path = join(temporaryFolder(t), 'polls.csv');
      writeFileSync(
        path,
        'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\nb,open,2023-01-22 12:00:00 UTC\n',
      );
      const sources = await inspectFeeds({ polls: [path] });
      const options = { now: T, strict: false, onReject: async () => {} };
      const [dry] = await importSources(storage, sources, { ...options, dryRun: true });
      assert.deepEqual([dry?.added, dry?.rejected], [1, 1]);
      const seen = () =>
        storage.snapshot(async (s) => [await s.revision(), (await s.stores()).ids, await s.latestPoll()]);
      assert.deepEqual(await seen(), [0, [], undefined]);
      assert.deepEqual(await importSources(storage, sources, options), [dry]);
      assert.deepEqual(await seen(), [1, ['a'], T]);
    });

    test('an interrupted import changes nothing, and does not block the next', async (t) => {
      const storage = await opened(t);
      const path = join(temporaryFolder(t), 'polls.csv');
      const rows = Array.from(
        { length: 200_000 },
        (_, i) => `s${i % 100},active,${new Date(T - i * 1_000).toISOString()}`,
      );
      writeFileSync(path, `store_id,status,timestamp_utc\n${rows.join('\n')}\n`);
      const sources = await inspectFeeds({ polls: [path] });
      const stopping = new AbortController();
      const broken = importSources(storage, sources, {
        ...{ now: T, strict: false, onReject: async () => {}, signal: stopping.signal },
        onProgress: (_file, phase) => {
          if (phase === 'merging') stopping.abort(new Error('the server is stopping'));
        },
      });
      await assert.rejects(broken, /the server is stopping/);
      assert.equal(await storage.snapshot((s) => s.latestPoll()), undefined);
      await merge(storage, { polls: [['a', T, true]] });
      assert.equal(await storage.snapshot((s) => s.revision()), 1);
    });

    test('records can be written during an import', async (t) => {
      const storage = await opened(t);
      await storage.imports.add(upload('a'));
      await storage.importing(async (session) => {
        await session.staging.run(
          `create temp table p as select 'a' as store_id, ${T}::bigint as instant, true as active`,
        );
        await storage.imports.claim('here', T);
        await session.mergePolls('p');
        await storage.imports.progress('a', 'merging', 0.75);
      });
      assert.equal((await storage.imports.find('a'))?.progress, 0.75);
      await merge(storage, { polls: [['a', T + 1, true]] });
      assert.equal(await storage.snapshot((s) => s.revision()), 2);
    });
  });
}
