import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SCOPES, SCOPES_OF, type Scope } from '../../src/accounts/access.ts';
import type { Authenticator } from '../../src/http/access.ts';
import { operationsOf } from '../../src/http/document/types.ts';
import { documentOf } from '../../src/http/openapi.ts';
import type { RouteEntry } from '../../src/http/types.ts';
import type { Role } from '../../src/storage/account-catalog.ts';
import { ACCESS_ROWS, type Ids, type Question, type Row } from '../support/access-rows.ts';
import { authenticatorOf, person, withKey } from '../support/callers.ts';
import { type TestServer, testServer, trigger } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const THIS = 'this';
const OTHER = 'other';
const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
/** The clock stands still, so that two worlds do not differ by the time at which they were asked. */
const NOW = T + HOUR / 4;

/** Whoever may come: the key that each shows, and the role behind it. */
const CALLERS = {
  nobody: undefined,
  'an expired key': 'expired',
  'a key without the scope': 'without',
  'the owner of another store': 'stan',
  'the owner of this store': 'olga',
  'an operator': 'otto',
  'an admin': 'ann',
} as const;
type Caller = keyof typeof CALLERS;

const ROLES: Readonly<Partial<Record<Caller, Role>>> = {
  'the owner of another store': 'owner',
  'the owner of this store': 'owner',
  'an operator': 'operator',
  'an admin': 'admin',
};

/** The key `without:SCOPE` is an admin's and has every scope but that. */
function people(): Authenticator {
  const known = authenticatorOf([
    person('ann', 'admin'),
    person('otto', 'operator'),
    person('olga', 'owner', [THIS]),
    person('stan', 'owner', [OTHER]),
  ]);
  return {
    ...known,
    principalOfKey: async (key) => {
      const missing = /^without:(.*)$/.exec(key)?.[1];
      if (missing === undefined) return known.principalOfKey(key);
      return person('few', 'admin', [], new Set(SCOPES.filter((scope) => scope !== missing)));
    },
  };
}

interface World {
  readonly server: TestServer;
  readonly ids: Ids;
}

/** A server with both stores, or with all the same but this store. */
async function world(t: TestContext, withThis: boolean): Promise<World> {
  const server = await testServer(t, { authenticator: people(), now: () => NOW });
  const stores = withThis ? [THIS, OTHER] : [OTHER];
  await merge(server.storage, {
    // This store was seen last, so even the time of the latest poll tells of it.
    polls: stores.flatMap((store) => [
      [store, T - HOUR, true] as const,
      [store, store === THIS ? T : T - HOUR / 2, false] as const,
    ]),
    hours: stores.map((store) => [store, 6, 9 * HOUR, 17 * HOUR] as const),
    zones: stores.map((store) => [store, 'America/New_York'] as const),
  });
  const reported = async (key: string) => {
    const id = await trigger(server, {}, withKey(key));
    await server.finished(id, withKey(key));
    return id;
  };
  const none = '00000000-0000-4000-8000-000000000000';
  const report = withThis ? await reported('olga') : none;
  const strangersReport = await reported('stan');
  return { server, ids: { store: THIS, report, strangersReport, import: none, user: none, key: none } };
}

/** A world of its own for a question that changes it, with what has to be there before. */
async function prepared(t: TestContext, { before }: Row, withThis: boolean): Promise<World> {
  const one = await world(t, withThis);
  const route = one.server.app.routeTable.find(({ method, url }) => `${method} ${url}` === before?.route);
  if (before !== undefined && route !== undefined)
    await ask(one.server, route, before.ask(one.ids), CALLERS['an admin']);
  return one;
}

test('every route has a row in the table, and every row a route', async (t) => {
  const { app } = await testServer(t);
  const routes = app.routeTable.map(({ method, url }) => `${method} ${url}`);
  for (const route of routes) assert.ok(route in ACCESS_ROWS, `${route} needs a row in test/support/access-rows.ts`);
  for (const [route, rows] of Object.entries(ACCESS_ROWS)) {
    const later = rows.every((row) => row.later);
    assert.equal(!routes.includes(route), later, `${route} has a row; is the route there, and \`later\` gone?`);
  }
});

test('who gets what, on every route', async (t) => {
  const shared = await world(t, true);
  for (const route of shared.server.app.routeTable) {
    for (const row of rowsOf(route).filter((one) => !one.strangersOwn)) {
      for (const caller of Object.keys(CALLERS) as Caller[]) {
        const expected = expectedStatus(route, row, caller);
        const changes = expected < 300 && route.method !== 'GET' && !row.harmless;
        const { server, ids } = changes ? await prepared(t, row, true) : shared;
        const answer = await ask(server, route, row.ask(ids), keyOf(caller, route));
        const what = `${route.method} ${route.url} by ${caller}: ${answer.body.slice(0, 300)}`;
        if (row.gap !== undefined && caller === 'the owner of another store') {
          assert.notEqual(answer.status, expected, `${what}: the gap is closed; take it out of the table`);
        } else {
          assert.equal(answer.status, expected, what);
        }
      }
    }
  }
});

test('the owner of another store learns nothing of this one, not even that it is there', async (t) => {
  const shared = { here: await world(t, true), there: await world(t, false) };
  for (const route of shared.here.server.app.routeTable) {
    for (const row of rowsOf(route)) {
      const changes = route.method !== 'GET' && !row.harmless;
      const two = async () =>
        changes ? { here: await prepared(t, row, true), there: await prepared(t, row, false) } : shared;
      const told = async ({ server, ids }: World, key: string) => {
        const question = row.ask({ ...shared.here.ids, strangersReport: ids.strangersReport });
        return anonymous(await ask(server, route, question, key));
      };
      const name = `${route.method} ${route.url}`;
      const { here, there } = await two();
      const [seen, seenWithout] = [await told(here, 'stan'), await told(there, 'stan')];
      if (row.strangersOwn) assert.equal(seen.status, row.status, `${name}: what is theirs is there`);
      if (row.gap === undefined) assert.deepEqual(seen, seenWithout, name);
      else assert.notDeepEqual(seen, seenWithout, `${name}: the gap is closed; take it out of the table`);
      if (row.blind !== undefined || row.strangersOwn) continue;
      const again = await two();
      const [all, allWithout] = [await told(again.here, 'ann'), await told(again.there, 'ann')];
      assert.notDeepEqual(all, allWithout, `${name} shows an admin nothing of this store: the row proves nothing`);
    }
  }
});

test('what is compared tells worlds apart by an id, a name, a count and a time, and by nothing else', () => {
  const answer = (body: string) => anonymous({ status: 200, headers: {}, body });
  const now = new Date().toISOString();
  assert.deepEqual(answer(`{"at":"${now}"}`), answer(`{"at":"${new Date(Date.now() - 5_000).toISOString()}"}`));
  assert.deepEqual(
    answer('{"id":"9063ec40-64e5-4d48-ac0c-a580d4271ca3"}'),
    answer('{"id":"1f0e1a5e-3b1c-4a54-9b1b-5b1d3a1f2c3d"}'),
  );
  assert.notDeepEqual(answer('{"total":1}'), answer('{"total":2}'));
  assert.notDeepEqual(answer('{"at":"2023-01-22T12:00:00.000Z"}'), answer('{"at":"2023-01-22T11:30:00.000Z"}'));
});

function rowsOf({ method, url }: RouteEntry): readonly Row[] {
  return ACCESS_ROWS[`${method} ${url}`] ?? [];
}

/** From the access rule of the route, and from the row where the rule lets the caller in. */
function expectedStatus({ access }: RouteEntry, row: Row, caller: Caller): number {
  const known = caller !== 'nobody' && caller !== 'an expired key';
  if (!known) return access === 'public' ? row.status : 401;
  const scope = access === 'public' || access === 'signed-in' ? undefined : access;
  if (scope !== undefined && !has(caller, scope)) return 403;
  if (caller === 'the owner of another store') return row.stranger ?? row.owner ?? row.status;
  return caller === 'the owner of this store' ? (row.owner ?? row.status) : row.status;
}

function has(caller: Caller, scope: Scope): boolean {
  const role = ROLES[caller];
  return role !== undefined && SCOPES_OF[role].has(scope);
}

function keyOf(caller: Caller, { access }: RouteEntry): string | undefined {
  return caller === 'a key without the scope' ? `without:${access}` : CALLERS[caller];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function ask(
  server: TestServer,
  { method, url, operationId }: RouteEntry,
  { path = {}, query = {}, body, headers = {} }: Question,
  key: string | undefined,
): Promise<Answer> {
  const filled = url.replaceAll(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(path[name] ?? name));
  const search = new URLSearchParams(query).toString();
  const target = search === '' ? filled : `${filled}?${search}`;
  const sent = { ...headers, ...(key !== undefined && withKey(key)) };
  const operation = operationsOf(documentOf(server.app)).find((one) => one.operationId === operationId);
  if ('text/event-stream' in (operation?.responses['200']?.content ?? {})) return firstEvent(server, target, sent);
  const answer = await server.app.inject({
    method: method as 'GET',
    url: target,
    headers: sent,
    ...(body !== undefined && { payload: body }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.body };
}

const addresses = new WeakMap<TestServer, Promise<string>>();

/** A stream has no end: what comes until the first event is over. */
async function firstEvent(server: TestServer, target: string, headers: Record<string, string>): Promise<Answer> {
  const address = addresses.get(server) ?? server.listen();
  addresses.set(server, address);
  const stop = new AbortController();
  const response = await fetch(`${await address}${target}`, { headers, signal: stop.signal });
  let body = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    body += decoder.decode(chunk as Uint8Array, { stream: true });
    if (/^data:.*\n\n/m.test(body)) break;
  }
  stop.abort();
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const RECENT = 24 * HOUR;

/** An answer without what differs by itself: random ids, and the time at which it was given. */
function anonymous({ status, headers, body }: Answer): Answer {
  const plain = (text: string) =>
    text
      .replaceAll(UUID, '<id>')
      .replaceAll(INSTANT, (time) => (Math.abs(Date.parse(time) - Date.now()) < RECENT ? '<now>' : time));
  const { date: _date, 'content-length': _length, ...others } = headers;
  const told = Object.entries(others).map(([name, value]) => [name, plain(String(value))]);
  return { status, headers: Object.fromEntries(told) as Record<string, string>, body: plain(body) };
}
