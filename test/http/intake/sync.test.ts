import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadPollConfig } from '../../../src/config/poll.ts';
import { loadSyncConfig } from '../../../src/config/sync.ts';
import { testServer } from '../../support/server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const HEADER = 'store_id,status,timestamp_utc\n';

/** A server with a polls file, and a clock at which the file no longer changes. */
async function serverWithSources(t: TestContext) {
  const folder = temporaryFolder(t);
  const file = join(folder, 'polls.csv');
  writeFileSync(file, `${HEADER}a,active,2023-01-20T10:00:00Z\n`);
  const sync = loadSyncConfig({ SYNC_POLLS: file });
  const server = await testServer(t, { sync, now: () => Date.now() + 120_000 });
  const read = async () => (await server.app.inject({ url: '/api/v1/sync' })).json();
  const finished = async (runs: number) => {
    for (;;) {
      const state = await read();
      if (state.runs.length === runs && state.runs[0].finished_at !== null && state.progress === null) return state;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const begin = () => server.app.inject({ method: 'POST', url: '/api/v1/sync' });
  return { ...server, file, read, begin, finished };
}

test('a requested sync reads new data and appears in the history of its source', async (t) => {
  const { file, read, begin, finished } = await serverWithSources(t);
  const sources = [{ feed: 'polls', source: file, last: null }];
  assert.deepEqual(await read(), { progress: null, next_run: null, sources, runs: [] });
  const begun = await begin();
  assert.equal(begun.statusCode, 202);
  const first = await finished(1);
  assert.deepEqual([first.runs[0].id, first.runs[0].cause], [begun.json().id, 'request']);
  assert.deepEqual([first.sources[0].last.status, first.sources[0].last.added], ['changed', 1]);
  assert.equal(first.sources[0].last.at, first.runs[0].started_at);
  appendFileSync(file, 'b,inactive,2023-01-20T10:05:00Z\n');
  await begin();
  const second = await finished(2);
  assert.deepEqual([second.sources[0].last.added, second.sources[0].last.at], [1, second.runs[0].started_at]);
  assert.deepEqual(second.runs[1], first.runs[0]);
});

test('a server with a schedule reports its next sync until it stops', async (t) => {
  const { syncs, read, finished } = await serverWithSources(t);
  syncs.start();
  await finished(1);
  const before = Date.now();
  const next = Date.parse((await read()).next_run);
  // The server's clock is two minutes ahead, and each installation has its own minute.
  assert.ok(
    next > before + 120_000 && next <= before + 120_000 + 3_600_000 + 60_000,
    `${new Date(next).toISOString()}`,
  );
  assert.equal(next, syncs.nextRun);
  await syncs.stop();
  assert.equal((await read()).next_run, null);
});

test('a store from a sync is available at once', async (t) => {
  const { app, begin, finished } = await serverWithSources(t);
  assert.equal((await app.inject({ url: '/api/v1/stores' })).json().total, 0);
  await begin();
  await finished(1);
  assert.equal((await app.inject({ url: '/api/v1/stores' })).json().total, 1);
});

test('a sync is rejected while another one runs, which continues', async (t) => {
  const { begin, finished } = await serverWithSources(t);
  const answers = await Promise.all([begin(), begin()]);
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [202, 409]);
  await finished(1);
});

test('the metrics count the sources that the last sync could not read', async (t) => {
  const { app, storage } = await serverWithSources(t);
  const failing = async () =>
    /^restaurant_monitor_sync_failing_sources (\d)$/m.exec((await app.inject({ url: '/metrics' })).body)?.[1];
  assert.equal(await failing(), '0');
  const id = randomUUID();
  await storage.syncs.begin({ id, server: 'here', cause: 'schedule', startedAt: 1_000 });
  const counts = {
    files: 0,
    bytes: 0,
    read: 0,
    rejected: 0,
    added: 0,
    replaced: 0,
    alreadyThere: 0,
    repeated: 0,
    setAside: 0,
  };
  const about = { feed: 'polls', source: 'gone.csv', error: 'there is no file gone.csv', attempts: 4 };
  await storage.syncs.add(id, { ...counts, ...about, status: 'failed', standing: undefined });
  await storage.syncs.finish(id, 2_000);
  assert.equal(await failing(), '1');
});

test('the metrics include the prober if it is on', async (t) => {
  const folder = temporaryFolder(t);
  const polling = await testServer(t, { poll: loadPollConfig({ POLL: 'on', POLLS_DIR: folder }) });
  const { body } = await polling.app.inject({ url: '/metrics' });
  for (const name of ['stores', 'probes_running', 'probes_waiting', 'polls_pending', 'trouble']) {
    assert.match(body, new RegExp(`^restaurant_monitor_poller_${name} 0$`, 'm'));
  }
  const without = await testServer(t);
  assert.doesNotMatch((await without.app.inject({ url: '/metrics' })).body, /restaurant_monitor_poller_/);
});

test('a sync without sources is rejected', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject({ method: 'POST', url: '/api/v1/sync' });
  assert.equal(answer.statusCode, 409);
  assert.match(answer.json().detail, /^there are no sources to sync; set SYNC_STORES, SYNC_TIMEZONES/);
});
