import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { RouteEntry } from '../../src/http/types.ts';
import { ACCESS_ROWS, type Question, targetOf } from '../support/access-rows.ts';
import { accessWorld, type World } from '../support/access-world.ts';
import { as } from '../support/fake-users.ts';
import { HangingStorage } from '../support/hanging-storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import type { TestSettings } from '../support/server.ts';

/** A request without a response after so many milliseconds hangs. */
const HANGS = 60_000;

/** The clocks of a running server, whose caches expire. */
const elapsed = () => performance.now();

interface Asked {
  readonly name: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** Sends a request; rejects if there is no response. Of a stream, only the beginning is read. */
async function send(url: string, route: RouteEntry, question: Question, key: string): Promise<Asked> {
  const { body, headers = {} } = question;
  const json = typeof body === 'object';
  const name = `${route.method} ${route.url}`;
  const response = await fetch(url + targetOf(route.url, question), {
    method: route.method,
    headers: { ...headers, ...as(key), ...(json && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: json ? JSON.stringify(body) : body }),
    signal: AbortSignal.timeout(HANGS),
  }).catch((error) => {
    throw new Error(`${name} was not answered: ${error}`);
  });
  const { status } = response;
  const retryAfter = response.headers.get('retry-after');
  if (status < 500) await response.body?.cancel();
  return { name, status, retryAfter, body: status < 500 ? '' : await response.text() };
}

/** Every route, asked by an admin whom the server knows and with a key that it would have to look up. */
async function askEverything({ server, ids, keyOf }: World, hang: () => void): Promise<void> {
  const url = await server.listen();
  const known = (await keyOf('an admin', 'public')) ?? '';
  const unknown = (await keyOf('a key without the scope', 'public')) ?? '';
  assert.equal((await fetch(`${url}/api/v1/session`, { headers: as(known) })).status, 200);
  hang();
  const routes = server.app.routeTable.map((route) => ({
    route,
    question: ACCESS_ROWS[`${route.method} ${route.url}`]?.[0]?.ask(ids) ?? {},
  }));
  const [byKnown, byUnknown] = await Promise.all(
    [known, unknown].map((key) => Promise.all(routes.map(({ route, question }) => send(url, route, question, key)))),
  );
  for (const { name, status, body, retryAfter } of [...(byKnown ?? []), ...(byUnknown ?? [])]) {
    assert.ok(status < 500 || status === 503, `${name} was answered with ${status}: ${body}`);
    if (status !== 503) continue;
    assert.ok(Number(retryAfter) > 0, `${name} has Retry-After`);
    assert.equal((JSON.parse(body) as { status: number }).status, 503, `${name} has a problem as its body`);
  }
  for (const [i, { status }] of (byUnknown ?? []).entries()) {
    const { route } = routes[i] as (typeof routes)[number];
    if (route.access !== 'public') assert.equal(status, 503, `${route.method} ${route.url} must know who asks`);
  }
  const unavailable = new Set((byKnown ?? []).filter(({ status }) => status === 503).map(({ name }) => name));
  for (const name of [
    ...['GET /readyz', 'POST /trigger_report', 'GET /get_report', 'GET /api/v1/stores/:store_id/polls'],
    ...['PATCH /api/v1/stores/:store_id', 'POST /api/v1/polls', 'POST /api/v1/imports', 'GET /api/v1/users'],
    ...['GET /api/v1/reports/:id/events', 'GET /api/v1/imports/:id/rejects', 'POST /api/v1/backups'],
  ]) {
    assert.ok(unavailable.has(name), `${name} needs the database`);
  }
}

async function worldOn(t: TestContext, settings: TestSettings): Promise<World> {
  return accessWorld(t, true, { ...settings, elapsed });
}

test('every route responds while PostgreSQL is stopped', { timeout: 180_000 }, async (t) => {
  const postgres = await TestPostgres.start({ own: true });
  t.after(() => postgres.stop());
  const world = await worldOn(t, { database: { engine: 'postgres', url: await postgres.createDatabase() } });
  try {
    await askEverything(world, () => postgres.freeze());
  } finally {
    postgres.thaw();
    world.server.app.server.closeAllConnections();
  }
});

test('every route responds while operations of DuckDB are stuck', { timeout: 180_000 }, async (t) => {
  const duckdb = await openStorage(IN_MEMORY);
  t.after(() => duckdb.close());
  const hanging = new HangingStorage(duckdb);
  const world = await worldOn(t, { storage: hanging.storage });
  t.after(() => hanging.resume());
  try {
    await askEverything(world, () => hanging.hang());
  } finally {
    hanging.resume();
    world.server.app.server.closeAllConnections();
  }
});
