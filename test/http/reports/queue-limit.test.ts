import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { IN_MEMORY, openStorage } from '../../../src/compose/storages.ts';
import type { DatabaseLocation } from '../../../src/config/config.ts';
import type { World } from '../../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../../src/lib/world/real.ts';
import { inWorld } from '../../../src/lib/world/world.ts';
import { QUEUE_LIMIT } from '../../../src/reports/service.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { TestPostgres } from '../../support/postgres.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const REQUESTS = 2_000;
/** The accepted reports that are computed in the end; the others are cancelled while they wait. */
const COMPUTED = 100;

suite('2,000 reports are requested at once', { timeout: 1_800_000 }, () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await TestPostgres.start();
  });
  after(() => postgres.stop());

  test('from a server on DuckDB', (t) => flood(t, IN_MEMORY, 1));
  test('from two servers on PostgreSQL', async (t) =>
    flood(t, { engine: 'postgres', url: await postgres.createDatabase() }, 2));
});

/** Nothing is computed before all have their answer, so the queue is as full as it gets. */
async function flood(t: TestContext, database: DatabaseLocation, count: number): Promise<void> {
  const shared = await openStorage(database);
  t.after(() => shared.close());
  await shared.appendPolls([{ ids: ['a', 'b'], instants: [T, T - 60_000], active: [1, 0] }]);
  const servers = await Promise.all(Array.from({ length: count }, () => idleServer(t, database, shared)));
  const urls = await Promise.all(servers.map(({ app }) => app.listen({ host: '127.0.0.1', port: 0 })));

  const sockets = await connections(urls);
  const answers = await Promise.all(sockets.map((socket, i) => trigger(urls[i % urls.length] as string, i, socket)));
  const accepted = answers.flatMap(({ id }) => (id === undefined ? [] : [id]));
  // A request whose response was late may have added a report all the same.
  const late = (await shared.reports.countQueued(undefined)).total - accepted.length;
  assert.equal(late >= 0 && late + accepted.length <= QUEUE_LIMIT, true, `${accepted.length} accepted, ${late} late`);
  assert.equal(new Set(accepted).size, accepted.length, 'each has an id of its own');
  // Some may have been refused as the server was busy: what is left takes no more than the limit.
  for (let i = REQUESTS; accepted.length <= QUEUE_LIMIT; i++) {
    const { status, id } = await trigger(urls[0] as string, i);
    if (status === 429) break;
    if (id !== undefined) accepted.push(id);
  }
  assert.equal((await shared.reports.countQueued(undefined)).total, QUEUE_LIMIT);
  const cancelled = accepted.slice(COMPUTED);
  for (const id of cancelled) assert.equal(await shared.reports.cancel(id, Date.now()), true, id);
  await inWorld(unsynced(), async () => {
    const worker = await testServer(t, { database, storage: shared });
    while ((await shared.reports.countQueued(undefined)).total > 0) await sleep(200);
    for (const id of accepted.slice(0, COMPUTED)) {
      assert.match((await worker.finished(id)).body, /^store_id,[^\n]*\na,60\.00,/);
    }
    for (const id of cancelled) assert.equal((await shared.reports.find(id))?.status, 'cancelled', id);
  });
}

/** The results need not survive a power loss. */
function unsynced(): World {
  const { files } = REAL_WORLD;
  const open = async (path: string, flags?: string) => Object.assign(await files.open(path, flags), { sync });
  return { ...REAL_WORLD, files: { ...files, open } };
}

async function sync(): Promise<void> {}

/** A server that accepts reports and computes none. */
async function idleServer(t: TestContext, database: DatabaseLocation, shared: Storage): Promise<TestServer> {
  const storage = database.engine === 'postgres' ? await openStorage(database) : shared;
  if (storage !== shared) t.after(() => storage.close());
  const server = await testServer(t, { database, storage });
  await server.reports.stop();
  return server;
}

/** One for each request, made beforehand: a system accepts only some hundred new ones at once. */
async function connections(urls: readonly string[]): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < REQUESTS) {
    const some = Array.from({ length: 100 }, (_, i) => {
      const { hostname, port } = new URL(urls[(sockets.length + i) % urls.length] as string);
      return connect(Number(port), hostname);
    });
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    sockets.push(...some);
  }
  return sockets;
}

/** @throws AssertionError for an answer other than an accepted report or a clear refusal */
async function trigger(url: string, number: number, socket?: Socket): Promise<{ status: number; id?: string }> {
  const sent = request(`${url}/trigger_report`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    ...(socket && { createConnection: () => socket }),
  });
  sent.end(JSON.stringify({ as_of: new Date(T + number).toISOString() }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = JSON.parse(await text(answer)) as { report_id: string; detail: string };
  if (answer.statusCode === 200) return { status: 200, id: body.report_id };
  const refusal = `${answer.statusCode} ${body.detail}`;
  assert.match(
    refusal,
    /^(429 1000 reports are waiting already|503 .*(try again in a moment|there was no response within))/,
  );
  assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/, refusal);
  return { status: Number(answer.statusCode) };
}
