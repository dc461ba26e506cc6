import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { loadPollConfig } from '../../src/config/poll.ts';
import { loadSyncConfig } from '../../src/config/sync.ts';
import { UserError } from '../../src/lib/errors.ts';
import { HOURS, POLLS, ZONES } from '../support/importer.ts';
import { samples } from '../support/metrics.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';
import { AT_REST } from '../support/sync.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2026-11-24T12:00:00Z');

/** The number of polls by source. */
async function received(server: TestServer): Promise<Record<string, number>> {
  const found = await samples(server, /^polls_received_total/);
  return Object.fromEntries(
    found.map((line) => {
      const [, source = '', count] = /source="(\w+)"} (\d+)$/.exec(line) ?? [];
      return [source, Number(count)];
    }),
  );
}

test('polls of uploaded files are counted as imported, without bad rows and dry runs', async (t) => {
  const server = await testServer(t);
  assert.deepEqual(await received(server), { api: 0, import: 0, sync: 0, poller: 0 });
  const imported = async (query: string, payload: string) => {
    const sent = await server.app.inject({ method: 'POST', url: `/api/v1/imports?${query}`, payload });
    assert.equal(sent.statusCode, 202, sent.body);
    const ended = async () => (await server.app.inject(`/api/v1/imports/${sent.json().id}`)).json().status;
    while ((await ended()) !== 'complete') await setImmediate();
  };
  const poll = 'a,active,2023-01-22 12:00:00 UTC\n';
  await imported('feed=polls&dry_run=true', POLLS + poll);
  await imported('feed=hours', `${HOURS}a,0,09:00,17:00\n`);
  await imported('feed=polls', `${POLLS}${poll}${poll}b,active,2023-01-22 12:00:00 UTC\nb,closed,yesterday\n`);
  assert.deepEqual(await received(server), { api: 0, import: 3, sync: 0, poller: 0 });
  await imported('feed=polls', POLLS + poll);
  assert.deepEqual(await received(server), { api: 0, import: 4, sync: 0, poller: 0 });
});

test('syncs are counted by outcome, with their sources and polls, and the age is that of the last complete one', async (t) => {
  const folder = temporaryFolder(t);
  const [polls, zones] = [join(folder, 'polls.csv'), join(folder, 'zones.csv')];
  writeFileSync(polls, `${POLLS}a,active,2023-01-20T10:00:00Z\nb,nonsense,2023-01-20T10:00:00Z\n`);
  let later = 0;
  const sync = loadSyncConfig({ SYNC_POLLS: polls, SYNC_TIMEZONES: zones });
  const server = await testServer(t, { sync, now: () => AT_REST() + later });
  const told = () => samples(server, /^sync_(runs|sources|failing)/);
  const age = async () => Number((await samples(server, /^sync_success_age_seconds/))[0]?.split(' ')[1]);
  assert.deepEqual(await told(), [
    'sync_runs_total{outcome="complete"} 0',
    'sync_runs_total{outcome="partial"} 0',
    'sync_runs_total{outcome="failed"} 0',
    'sync_failing_sources 0',
  ]);
  assert.equal(await age(), Number.NaN);

  writeFileSync(zones, `${ZONES}a,UTC\n`);
  await server.syncs.run('request');
  appendFileSync(polls, 'c,active,2023-01-20T10:00:00Z\nd,active,2023-01-20T10:00:00Z\n');
  await server.syncs.run('request');
  assert.deepEqual(await told(), [
    'sync_runs_total{outcome="complete"} 0',
    'sync_runs_total{outcome="partial"} 2',
    'sync_runs_total{outcome="failed"} 0',
    'sync_sources_total{feed="zones",outcome="changed"} 1',
    'sync_sources_total{feed="polls",outcome="changed"} 2',
    'sync_sources_total{feed="zones",outcome="unchanged"} 1',
    'sync_failing_sources 0',
  ]);
  assert.deepEqual(await received(server), { api: 0, import: 0, sync: 3, poller: 0 });
  const before = await age();
  later = 7_200_000;
  assert.ok((await age()) >= before + 7_200, `it was ${before} and is ${await age()} two hours later`);
});

test('a sync with an unreadable source counts as failed, and so does an interrupted one', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'polls.csv');
  const sync = loadSyncConfig({ SYNC_POLLS: file });
  const server = await testServer(t, { sync, now: AT_REST, wait: async () => {} });
  const told = () => samples(server, /^sync_(runs|sources|failing)/);
  await server.syncs.run('request');
  const failed = 'sync_sources_total{feed="polls",outcome="failed"} 1';
  const runs = (count: number) => [
    'sync_runs_total{outcome="complete"} 0',
    'sync_runs_total{outcome="partial"} 0',
    `sync_runs_total{outcome="failed"} ${count}`,
  ];
  assert.deepEqual(await told(), [...runs(1), failed, 'sync_failing_sources 1']);
  assert.deepEqual(await samples(server, /^sync_success_age_seconds/), []);

  writeFileSync(file, `${POLLS}a,active,2023-01-20T10:00:00Z\n`);
  t.mock.method(server.storage.syncs, 'finish', () => Promise.reject(new UserError('unavailable', 'it is away')));
  await assert.rejects(server.syncs.run('request'), { code: 'unavailable' });
  const changed = 'sync_sources_total{feed="polls",outcome="changed"} 1';
  assert.deepEqual(await told(), [...runs(2), failed, changed, 'sync_failing_sources 1']);
  assert.equal((await received(server)).sync, 1);
});

const SAYING: Readonly<Record<string, string>> = { '/open': 'ONLINE', '/shut': 'OFFLINE' };

/** A server that polls three stores: one is online, one reports that it is closed, one rejects every request. */
async function polling(t: TestContext) {
  const folder = temporaryFolder(t);
  const stores = createServer(({ url = '' }, response) => {
    const status = SAYING[url];
    response.writeHead(status === undefined ? 429 : 200).end(JSON.stringify({ status }));
  });
  await new Promise<void>((resolve) => stores.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    stores.closeAllConnections();
    stores.close();
  });
  const clock = { now: T };
  const polls = join(folder, 'polls');
  const poll = loadPollConfig({
    ...{ POLL: 'on', POLLS_DIR: polls, PROBE_POINTER: '/status', PROBE_ACTIVE: 'ONLINE' },
    PROBE_URL: `http://127.0.0.1:${(stores.address() as AddressInfo).port}/{store_id}`,
    PROBE_ALLOW_PRIVATE: '127.0.0.0/8',
  });
  const server = await testServer(t, { poll, now: () => clock.now });
  await merge(server.storage, { zones: ['open', 'shut', 'busy'].map((id) => [id, 'UTC']) });
  const { prober } = server;
  assert.ok(prober !== undefined, 'there is no prober');
  await prober.open();
  return {
    server,
    polls,
    /** Advances the clock by some seconds, and lets the prober do what is due. */
    step: async (seconds: number) => {
      clock.now += seconds * 1_000;
      prober.step();
      await prober.settled();
    },
  };
}

test("the prober's probes, their results and the resulting polls are counted", async (t) => {
  const { server, step } = await polling(t);
  const totals = () => samples(server, /^poller_(?!inactive).*_total/);
  const nothing = ['probes', 'unobserved', 'skipped', 'write_failures'].map((name) => `poller_${name}_total 0`);
  const found = (active: number, inactive: number) => [
    `poller_polls_total{status="active"} ${active}`,
    `poller_polls_total{status="inactive"} ${inactive}`,
  ];
  assert.deepEqual(await totals(), [...nothing, ...found(0, 0)]);
  for (let i = 0; i < 3; i++) await step(1);
  assert.deepEqual(await totals(), [
    'poller_probes_total 3',
    'poller_unobserved_total 1',
    ...nothing.slice(2),
    ...found(1, 0),
  ]);
  const reasons = () => samples(server, /^poller_inactive_polls_total/);
  assert.deepEqual(await reasons(), []);
  // A store that reports that it is closed is probed again before that counts.
  for (let i = 0; i < 3; i++) await step(15);
  assert.deepEqual(await totals(), [
    'poller_probes_total 4',
    'poller_unobserved_total 1',
    ...nothing.slice(2),
    ...found(1, 1),
  ]);
  assert.deepEqual(await reasons(), ['poller_inactive_polls_total{reason="closed_by_store"} 1']);
  assert.deepEqual(await received(server), { api: 0, import: 0, sync: 0, poller: 2 });
});

test("offline stores are counted by reason, and a platform's own word is never a label", async (t) => {
  const server = await testServer(t, { now: () => T });
  const at = T - 60_000;
  await merge(server.storage, {
    polls: [
      ['a', at, false, 'closed_by_store: PAUSED'],
      ['b', at, false, 'closed_by_store: LATER'],
      ['c', at, false],
      ['d', at, true],
    ],
  });
  assert.deepEqual((await samples(server, /^offline_stores/)).sort(), [
    'offline_stores{reason="closed_by_store"} 2',
    'offline_stores{reason="none"} 1',
  ]);
});

test('polls that cannot be written to the day file are counted as failures, and still reach the database', async (t) => {
  const { server, polls, step } = await polling(t);
  rmSync(polls, { recursive: true });
  writeFileSync(polls, 'no folder');
  for (let i = 0; i < 3; i++) await step(1);
  assert.deepEqual(await samples(server, /^poller_(write_failures_total|polls_pending)/), [
    'poller_polls_pending 0',
    'poller_write_failures_total 1',
  ]);
  assert.deepEqual(await received(server), { api: 0, import: 0, sync: 0, poller: 1 });
});
