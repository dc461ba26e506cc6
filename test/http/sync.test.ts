import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSyncConfig } from '../../src/sync-config.ts';
import { testServer } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const HEADER = 'store_id,status,timestamp_utc\n';

/** A server with a polls file, and a clock by which it is at rest. */
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

test('a sync that is asked for reads what is new, and stands in the history of its source', async (t) => {
  const { file, read, begin, finished } = await serverWithSources(t);
  assert.deepEqual(await read(), { progress: null, sources: [{ feed: 'polls', source: file, last: null }], runs: [] });
  const begun = await begin();
  assert.equal(begun.statusCode, 202);
  const first = await finished(1);
  assert.deepEqual([first.runs[0].id, first.runs[0].cause], [begun.json().id, 'request']);
  assert.deepEqual([first.sources[0].last.status, first.sources[0].last.added], ['changed', 1]);
  appendFileSync(file, 'b,inactive,2023-01-20T10:05:00Z\n');
  await begin();
  const second = await finished(2);
  assert.equal(second.sources[0].last.added, 1);
  assert.deepEqual(second.runs[1], first.runs[0]);
});

test('a store that a sync brings is there at once', async (t) => {
  const { app, begin, finished } = await serverWithSources(t);
  assert.equal((await app.inject({ url: '/api/v1/stores' })).json().total, 0);
  await begin();
  await finished(1);
  assert.equal((await app.inject({ url: '/api/v1/stores' })).json().total, 1);
});

test('a sync is refused while one runs, and the run goes on', async (t) => {
  const { begin, finished } = await serverWithSources(t);
  const answers = await Promise.all([begin(), begin()]);
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [202, 409]);
  await finished(1);
});

test('without a source there is nothing to begin', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject({ method: 'POST', url: '/api/v1/sync' });
  assert.equal(answer.statusCode, 409);
  assert.match(answer.json().detail, /^there are no sources to sync: set SYNC_POLLS/);
});
