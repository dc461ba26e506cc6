import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { documentOf } from '../../src/http/document/openapi.ts';
import { operationsOf } from '../../src/http/document/types.ts';
import type { RouteEntry } from '../../src/http/types.ts';
import { ACCESS_ROWS, type Question, type Row, targetOf } from '../support/access-rows.ts';
import {
  accessWorld,
  CALLERS,
  type Caller,
  type CopiedWorld,
  copiedWorld,
  hasScope,
  type World,
} from '../support/access-world.ts';
import { as } from '../support/fake-users.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** A separate world for a request that changes it, after its preparation. */
async function prepared(t: TestContext, { before }: Row, like: CopiedWorld): Promise<World> {
  const one = await like.copy(t);
  const route = one.server.app.routeTable.find(({ method, url }) => `${method} ${url}` === before?.route);
  if (before !== undefined && route !== undefined)
    await ask(one.server, route, before.ask(one.ids), await one.keyOf('an admin', route.access));
  return one;
}

test('every route has a row in the table, and every row a route', async (t) => {
  const { app } = await testServer(t);
  const routes = app.routeTable.map(({ method, url }) => `${method} ${url}`);
  for (const route of routes) assert.ok(route in ACCESS_ROWS, `${route} needs a row in test/support/access-rows.ts`);
  for (const route of Object.keys(ACCESS_ROWS))
    assert.ok(routes.includes(route), `${route} has a row, but is no route`);
});

test('every route gives each caller the expected response', async (t) => {
  const shared = await copiedWorld(t, true);
  for (const { route, row } of questions(shared.server)) {
    if (row.strangersOwn) continue;
    await t.test(`${route.method} ${route.url}`, async (each) => {
      for (const caller of Object.keys(CALLERS) as Caller[]) {
        const expected = expectedStatus(route, row, caller);
        const { server, ids, keyOf } = row.once && expected < 300 ? await prepared(each, row, shared) : shared;
        const answer = await ask(server, route, row.ask(ids), await keyOf(caller, route.access));
        assert.equal(answer.status, expected, `${caller}: ${answer.body.slice(0, 300)}`);
      }
    });
  }
});

test('the owner of another store learns nothing about this one, not even that it exists', async (t) => {
  const here = await accessWorld(t, true);
  const there = await accessWorld(t, false);
  for (const { route, row } of questions(here.server)) {
    await t.test(`${route.method} ${route.url}`, async () => {
      const [seen, unseen] = await inBoth(route, row, 'the owner of another store', here, there);
      if (row.once) assert.ok(seen.status >= 400, 'what is asked once must not change the world that the others share');
      if (row.strangersOwn) assert.equal(seen.status, row.status, 'what is theirs is there');
      assert.deepEqual(seen, unseen);
    });
  }
});

test('for an admin the responses differ with and without the store, so the rows prove something', async (t) => {
  const here = await copiedWorld(t, true);
  const there = await copiedWorld(t, false);
  for (const { route, row } of questions(here.server)) {
    if (row.blind !== undefined || row.strangersOwn) continue;
    await t.test(`${route.method} ${route.url}`, async (each) => {
      const worlds = row.once
        ? ([await prepared(each, row, here), await prepared(each, row, there)] as const)
        : ([here, there] as const);
      const [all, less] = await inBoth(route, row, 'an admin', ...worlds);
      assert.notDeepEqual(all, less);
    });
  }
});

test('the comparison distinguishes worlds by an ID, a name, a count and a time, and nothing else', () => {
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

interface Asked {
  readonly route: RouteEntry;
  readonly row: Row;
}

/** All requests; first those that change nothing. */
function questions({ app }: TestServer): Asked[] {
  const all = app.routeTable.flatMap((route) => rowsOf(route).map((row) => ({ route, row })));
  const isGet = ({ route }: Asked) => route.method === 'GET';
  return [...all.filter(isGet), ...all.filter((one) => !isGet(one))];
}

/** The responses to a caller in a world with the store and in one without, for the same IDs. */
async function inBoth(route: RouteEntry, row: Row, caller: Caller, here: World, there: World) {
  const told = async ({ server, keyOf, ids: { strangersReport } }: World) => {
    const question = row.ask({ ...here.ids, strangersReport });
    return anonymous(await ask(server, route, question, await keyOf(caller, route.access)));
  };
  return [await told(here), await told(there)] as const;
}

function rowsOf({ method, url }: RouteEntry): readonly Row[] {
  return ACCESS_ROWS[`${method} ${url}`] ?? [];
}

/** The expected response: from the access rule of the route, and from the row if the rule admits the caller. */
function expectedStatus({ access }: RouteEntry, row: Row, caller: Caller): number {
  const known = caller !== 'nobody' && caller !== 'an expired key';
  if (!known) return access === 'public' ? row.status : 401;
  const scope = access === 'public' || access === 'signed-in' ? undefined : access;
  if (scope !== undefined && !hasScope(caller, scope)) return 403;
  if (caller === 'the owner of another store') return row.stranger ?? row.owner ?? row.status;
  if (caller === 'an operator') return row.operator ?? row.status;
  return caller === 'the owner of this store' ? (row.owner ?? row.status) : row.status;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function ask(
  server: TestServer,
  { method, url, operationId }: RouteEntry,
  question: Question,
  key: string | undefined,
): Promise<Answer> {
  const { body, headers = {} } = question;
  const target = targetOf(url, question);
  const sent = { ...headers, ...(key !== undefined && as(key)) };
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

/** A stream does not end, so it is read up to the end of the first event. */
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
const PREFIX = /rmk_[\w-]{6}/g;
/** Random: the challenge of a passkey, and its sealed state. */
const CHALLENGE = /"(challenge|ticket)":"[\w-]+"/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const RECENT = 24 * 3_600_000;

/** A response without values that always differ: random IDs and its time. */
function anonymous({ status, headers, body }: Answer): Answer {
  const plain = (text: string) =>
    text
      .replaceAll(UUID, '<id>')
      .replaceAll(PREFIX, '<key>')
      .replaceAll(CHALLENGE, '<challenge>')
      .replaceAll(INSTANT, (time) => (Math.abs(Date.parse(time) - Date.now()) < RECENT ? '<now>' : time));
  const { date: _date, 'content-length': _length, ...others } = headers;
  const told = Object.entries(others).map(([name, value]) => [name, plain(String(value))]);
  return { status, headers: Object.fromEntries(told) as Record<string, string>, body: plain(body) };
}
