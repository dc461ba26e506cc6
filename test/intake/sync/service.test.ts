import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/lib/errors.ts';
import { sleep } from '../../../src/lib/world/timers.ts';
import type { Leases } from '../../../src/storage/ports/leases.ts';
import { FeedServer } from '../../support/feed-server.ts';
import { HOURS, Importer, POLLS } from '../../support/importer.ts';
import { AT_REST, synced, syncService } from '../../support/sync.ts';

const HOUR = 3_600_000;
const POLL = 'a,active,2023-01-20T10:00:00Z\n';

test('a source that fails does not affect the others, and is listed as failed until it can be read', async (t) => {
  const importer = await Importer.open(t);
  const good = importer.file('polls.csv', POLLS + POLL);
  const bad = importer.file('hours.csv', 'nonsense\n1\n');
  const gone = `${importer.folder}/gone.csv`;
  const service = syncService(importer.storage, importer.folder, [
    { feed: 'polls', name: gone },
    { feed: 'polls', name: good },
    { feed: 'hours', name: bad },
  ]);
  const results = await synced(service);
  assert.deepEqual(
    results.map(({ feed, status, attempts }) => [feed, status, attempts]),
    [
      ['hours', 'failed', 4],
      ['polls', 'failed', 4],
      ['polls', 'changed', 1],
    ],
  );
  const failing = (await service.lastResults()).filter(({ status }) => status === 'failed');
  assert.deepEqual(
    failing.map(({ error }) => error),
    [
      `${bad} has no columns "store_id", "day", "start_time_local", "end_time_local"; a business hours file needs the ` +
        'columns store_id, day, start_time_local, end_time_local',
      `there is no file ${gone}`,
    ],
  );
  importer.file('gone.csv', POLLS + POLL);
  importer.file('hours.csv', `${HOURS}a,0,09:00,17:00\n`);
  await synced(service);
  assert.deepEqual(
    (await service.lastResults()).map(({ status }) => status),
    ['changed', 'changed', 'unchanged'],
  );
  const runs = await importer.storage.syncs.runs(5);
  assert.equal(
    runs.length === 2 && runs.every(({ finishedAt, cause }) => finishedAt !== undefined && cause === 'request'),
    true,
  );
});

test('a source of stores is read whole when it has changed', async (t) => {
  const importer = await Importer.open(t);
  const file = importer.file('stores.csv', 'store_id,name,label:city\na,Loop,Chicago\n');
  const service = syncService(importer.storage, importer.folder, [{ feed: 'stores', name: file }]);
  assert.deepEqual(
    (await synced(service)).map(({ status, added }) => [status, added]),
    [['changed', 1]],
  );
  assert.deepEqual(
    (await synced(service)).map(({ status }) => status),
    ['unchanged'],
  );
  importer.file('stores.csv', 'store_id,name,label:city\na,,Cicero\nb,Harbor,\n');
  assert.deepEqual(
    (await synced(service)).map(({ status, added, replaced }) => [status, added, replaced]),
    [['changed', 1, 1]],
  );
});

test('a run that a wrong clock has put into the future delays no scheduled run', async (t) => {
  const importer = await Importer.open(t);
  const { syncs } = importer.storage;
  const now = Date.UTC(2026, 10, 23, 12);
  const ahead = now + 24 * HOUR;
  await syncs.begin({ id: 'ahead', server: 'here', cause: 'schedule', startedAt: ahead });
  await syncs.finish('ahead', ahead + 1);
  const sources = [{ feed: 'polls', name: importer.file('polls.csv', POLLS + POLL) }] as const;
  const ended = new Promise((resolve) => {
    const service = syncService(importer.storage, importer.folder, sources, {
      now: () => now,
      schedule: (after) => (Math.floor(after / HOUR) + 1) * HOUR,
      onEnd: resolve,
    });
    t.after(() => service.stop());
    service.start();
  });
  await ended;
  assert.equal(
    (await syncs.runs(5)).some(({ startedAt }) => startedAt === now),
    true,
  );
});

test('while the clock is not trusted, no scheduled run starts; when it is set right, one does', async (t) => {
  const importer = await Importer.open(t);
  const sources = [{ feed: 'polls', name: importer.file('polls.csv', POLLS + POLL) }] as const;
  let trusted = false;
  let asked = () => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const runs: unknown[] = [];
  const ended = new Promise<void>((resolve) => {
    const service = syncService(importer.storage, importer.folder, sources, {
      trusted: () => {
        asked();
        return trusted;
      },
      onEnd: (results) => {
        runs.push(results);
        resolve();
      },
    });
    t.after(() => service.stop());
    service.start();
    void wasAsked.then(() => {
      assert.deepEqual(runs, []);
      trusted = true;
      service.reschedule();
    });
  });
  await ended;
  assert.equal(runs.length, 1);
});

test('while a run waits for a retry, it reports the reason and no progress', async (t) => {
  const importer = await Importer.open(t);
  const sources = [
    { feed: 'polls', name: importer.file('polls.csv', POLLS + POLL) },
    { feed: 'polls', name: `${importer.folder}/late.csv` },
  ] as const;
  const seen: unknown[] = [];
  const service = syncService(importer.storage, importer.folder, sources, {
    wait: async () => {
      seen.push(service.progress);
      importer.file('late.csv', POLLS + POLL);
    },
  });
  const { results } = await service.run('request', { onRetry: (reasons) => seen.push(reasons) });
  assert.deepEqual(seen, [[`there is no file ${importer.folder}/late.csv`], undefined]);
  assert.deepEqual(
    results.map(({ status, attempts }) => [status, attempts]),
    [
      ['changed', 1],
      ['changed', 2],
    ],
  );
});

test('a request during a run returns that run', async (t) => {
  const importer = await Importer.open(t);
  const service = syncService(importer.storage, importer.folder, [
    { feed: 'polls', name: importer.file('p.csv', POLLS + POLL) },
  ]);
  const [one, two] = await Promise.all([service.run('schedule'), service.run('request')]);
  assert.equal(one.id, two.id);
  assert.equal((await importer.storage.syncs.runs(5)).length, 1);
});

test('one server runs at a time, and releases the lease even if the run fails', async (t) => {
  const importer = await Importer.open(t);
  let holder: string | undefined;
  const leases: Leases = {
    take: async (_name, server) => {
      holder ??= server;
      return holder === server;
    },
    release: async (_name, server) => {
      if (holder === server) holder = undefined;
    },
  };
  const sources = [{ feed: 'polls', name: importer.file('p.csv', POLLS + POLL) }] as const;
  const { importing, syncs } = {
    importing: importer.storage.importing.bind(importer.storage),
    syncs: importer.storage.syncs,
  };
  const [one, two] = ['one', 'two'].map((server) =>
    syncService(importer.storage, importer.folder, sources, { server, storage: { importing, syncs, leases } }),
  );
  const ended = await Promise.allSettled([one?.run('schedule'), two?.run('schedule')]);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  const [, refused] = ended;
  assert.equal(
    refused?.status === 'rejected' && refused.reason instanceof UserError && refused.reason.code,
    'conflict',
  );
  assert.equal(holder, undefined);
  const broken = {
    ...syncs,
    begin: () => Promise.reject(new UserError('unavailable', 'away')),
    forget: async () => {},
  };
  const three = syncService(importer.storage, importer.folder, sources, {
    storage: { importing, syncs: broken as never, leases },
  });
  await assert.rejects(three.run('schedule'), { code: 'unavailable' });
  assert.equal(holder, undefined);
});

test('a run without sources fails and names the variables', async (t) => {
  const importer = await Importer.open(t);
  await assert.rejects(syncService(importer.storage, importer.folder, []).run('request'), {
    code: 'conflict',
    message:
      'there are no sources to sync; set SYNC_STORES, SYNC_TIMEZONES, SYNC_HOURS, SYNC_SPECIAL_HOURS, SYNC_POLLS or SYNC_SALES',
  });
});

test('a missed run starts at once, but not if another server has run', async (t) => {
  const importer = await Importer.open(t);
  const sources = [{ feed: 'polls', name: importer.file('p.csv', POLLS + POLL) }] as const;
  /** How many runs there are once a service has started; it waits for `expected` of them. */
  const started = async (now: number, expected: number) => {
    const service = syncService(importer.storage, importer.folder, sources, { now: () => now });
    service.start();
    // The first check is immediate, the next one would be in an hour.
    while ((await importer.storage.syncs.runs(9)).length < expected)
      await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await service.stop();
    return (await importer.storage.syncs.runs(9)).length;
  };
  const now = Date.now() + 2 * HOUR;
  assert.equal(await started(now, 1), 1);
  assert.equal(await started(now + 1_000, 1), 1);
  assert.equal(await started(now + HOUR, 2), 2);
});

test('a stop interrupts a download, and keeps the results of the sources that were read', {
  timeout: 60_000,
}, async (t) => {
  const importer = await Importer.open(t);
  const feeds = await FeedServer.open(t);
  feeds.hanging = true;
  const sources = [
    { feed: 'polls', name: importer.file('polls.csv', POLLS + POLL) },
    { feed: 'polls', name: feeds.url },
    { feed: 'polls', name: importer.file('later.csv', POLLS + POLL) },
  ] as const;
  const downloads = { timeout: 600_000, maxBytes: 10_000_000, allowPrivate: [] };
  const service = syncService(importer.storage, importer.folder, sources, { downloads });
  const running = service.run('request');
  while (feeds.authorizations.length === 0) await sleep(5);
  await service.stop();
  const { results, finishedAt } = await running;
  assert.deepEqual(
    results.map(({ source, status }) => [source, status]),
    [[importer.file('polls.csv', POLLS + POLL), 'changed']],
  );
  assert.notEqual(finishedAt, undefined);
});

test('a stop ends the wait before a retry', { timeout: 60_000 }, async (t) => {
  const importer = await Importer.open(t);
  const sources = [{ feed: 'polls', name: `${importer.folder}/missing.csv` }] as const;
  const service = syncService(importer.storage, importer.folder, sources, {
    wait: (_, signal) => sleep(600_000, signal),
  });
  const { results } = await service.run('request', { onRetry: () => void service.stop() });
  assert.deepEqual(
    results.map(({ status, attempts }) => [status, attempts]),
    [['failed', 1]],
  );
});

test('a clock that is set back during a run loses no polls, and no run begins while it is not trusted', async (t) => {
  const importer = await Importer.open(t);
  const file = importer.file('polls.csv', POLLS + POLL);
  const start = AT_REST();
  let [now, trusted] = [start, true];
  const clock = { now: () => now, trusted: () => trusted };
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: file }], clock);
  await synced(service);
  importer.file('polls.csv', `${POLLS}${POLL}b,active,${new Date(start).toISOString()}\n`);
  const setBack = () => {
    [now, trusted] = [start - 24 * HOUR, false];
  };
  const [failed] = (await service.run('request', { onBegin: setBack })).results;
  assert.equal(failed?.status, 'failed');
  assert.match(failed.error ?? '', /the system clock is not trusted/);
  await assert.rejects(service.run('request'), { name: 'UserError', code: 'unavailable' });
  [now, trusted] = [start, true];
  const [read] = await synced(service);
  assert.deepEqual([read?.status, read?.added, read?.rejected], ['changed', 1, 0]);
});
