import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FakeUsers } from '../../support/fake-users.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const ROOT = '/api/v1/reports';

interface Fleet extends TestServer {
  readonly users: FakeUsers;
  ask(name: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object): Promise<Answer>;
  /** Triggers a report as a user and waits until it is complete; returns its ID. */
  made(name: string, payload?: object): Promise<string>;
}
type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;

/** Olga owns `a` and `b`, Otto `b` and `c`; Nina, who owns nothing, must see nothing. */
async function fleet(t: TestContext): Promise<Fleet> {
  const users = new FakeUsers({
    ada: { role: 'admin' },
    oscar: { role: 'operator' },
    olga: { role: 'owner', stores: ['b', 'a'] },
    otto: { role: 'owner', stores: ['b', 'c'] },
    nina: { role: 'owner' },
    reader: { role: 'operator', scopes: ['reports:read'] },
  });
  const server = await testServer(t, { authenticator: users });
  await merge(server.storage, { polls: ['a', 'b', 'c', 'd'].map((id) => [id, T, true]) });
  const ask: Fleet['ask'] = (name, method, url, payload) =>
    server.app.inject({ method, url, headers: as(name), ...(payload && { payload }) });
  return {
    ...server,
    users,
    ask,
    made: async (name, payload = {}) => {
      const answer = await ask(name, 'POST', ROOT, payload);
      assert.equal(answer.statusCode, 202, answer.body);
      const { id } = answer.json<{ id: string }>();
      while ((await server.storage.reports.find(id))?.status !== 'complete') await new Promise(setImmediate);
      return id;
    },
  };
}

function storesIn(csv: string): (string | undefined)[] {
  return csv
    .split('\n')
    .slice(1, -1)
    .map((row) => row.split(',')[0]);
}

test("an owner's report contains the owner's stores, through either API", async (t) => {
  const { ask, made, storage } = await fleet(t);
  const id = await made('olga');
  assert.deepEqual(storesIn((await ask('olga', 'GET', `${ROOT}/${id}/download`)).body), ['a', 'b']);
  const rows = (await ask('olga', 'GET', `${ROOT}/${id}/rows`)).json<{ items: { store_id: string }[] }>();
  assert.deepEqual(
    rows.items.map((row) => row.store_id),
    ['a', 'b'],
  );

  const classic = (await ask('otto', 'POST', '/trigger_report')).json<{ report_id: string }>().report_id;
  while ((await storage.reports.find(classic))?.status !== 'complete') await new Promise(setImmediate);
  assert.deepEqual(storesIn((await ask('otto', 'GET', `/get_report?report_id=${classic}`)).body), ['b', 'c']);
});

test("a report without an instant is as of the latest poll of its owner's stores", async (t) => {
  const { ask, storage } = await fleet(t);
  await merge(storage, {
    polls: [
      ['b', T + 1_000, true],
      ['d', T + 2_000, true],
    ],
  });
  const asOf = async (name: string, payload = {}) =>
    (await ask(name, 'POST', ROOT, payload)).json<{ as_of: string }>().as_of;
  assert.deepEqual(
    [await asOf('olga'), await asOf('olga', { stores: ['a'] }), await asOf('oscar')],
    ['2023-01-22T12:00:01.000Z', '2023-01-22T12:00:01.000Z', '2023-01-22T12:00:02.000Z'],
  );
  const none = await ask('nina', 'POST', '/trigger_report');
  assert.equal(none.statusCode, 409);
  assert.match(none.body, /there are no polls of your stores/);
});

test('an owner without stores gets a report without rows', async (t) => {
  const { ask, made } = await fleet(t);
  const id = await made('nina', { as_of: '2023-01-22T12:00:00Z' });
  assert.deepEqual(storesIn((await ask('nina', 'GET', `${ROOT}/${id}/download`)).body), []);
  assert.deepEqual((await ask('nina', 'GET', `${ROOT}/${id}/rows`)).json(), { items: [], next_cursor: null });
});

test('for an owner, the stores of others do not exist', async (t) => {
  const { ask, made } = await fleet(t);
  for (const url of [ROOT, '/trigger_report']) {
    const others = await ask('olga', 'POST', url, { stores: ['a', 'c'] });
    const nobodys = await ask('olga', 'POST', url, { stores: ['a', 'x'] });
    assert.deepEqual([others.statusCode, nobodys.statusCode], [404, 404]);
    assert.equal(others.body.replace('\\"c\\"', '\\"x\\"'), nobodys.body);
  }
  assert.deepEqual(
    storesIn((await ask('olga', 'GET', `${ROOT}/${await made('olga', { stores: ['b'] })}/download`)).body),
    ['b'],
  );
});

test('for an owner, the reports of others do not exist, on any route', async (t) => {
  const { ask, made } = await fleet(t);
  const nobody = '5f0c2b1e-0000-4000-8000-000000000000';
  for (const id of [await made('olga'), await made('oscar'), await made('oscar', { stores: ['b'] })]) {
    for (const [method, path] of [
      ['GET', `${ROOT}/ID`],
      ['GET', `${ROOT}/ID/events`],
      ['GET', `${ROOT}/ID/rows`],
      ['GET', `${ROOT}/ID/summary`],
      ['GET', `${ROOT}/ID/download?format=parquet`],
      ['POST', `${ROOT}/ID/cancel`],
      ['DELETE', `${ROOT}/ID`],
      ['GET', '/get_report?report_id=ID'],
    ] as const) {
      const there = await ask('otto', method, path.replace('ID', id));
      const nowhere = await ask('otto', method, path.replace('ID', nobody));
      assert.equal(there.statusCode, 404, `${method} ${path}`);
      assert.equal(there.body.replaceAll(id, nobody), nowhere.body, `${method} ${path}`);
    }
    assert.equal((await ask('ada', 'GET', `${ROOT}/${id}/rows`)).statusCode, 200);
  }
  assert.deepEqual((await ask('otto', 'GET', ROOT)).json(), { items: [], next_cursor: null });
  assert.equal((await ask('oscar', 'GET', ROOT)).json<{ items: unknown[] }>().items.length, 3);
});

test("a list skips hidden reports, and fills every page with an owner's own", async (t) => {
  const { ask, made, users } = await fleet(t);
  const mine = [await made('olga', { stores: ['a'] })];
  for (let i = 0; i < 3; i++) await made('olga', { stores: ['b'], as_of: new Date(T - i).toISOString() });
  mine.push(await made('olga', { stores: ['a'], as_of: new Date(T - 9).toISOString() }));
  users.users.olga = { role: 'owner', stores: ['a'] };
  const first = (await ask('olga', 'GET', `${ROOT}?limit=1`)).json<{ items: { id: string }[]; next_cursor: string }>();
  const second = (await ask('olga', 'GET', `${ROOT}?limit=1&cursor=${first.next_cursor}`)).json<typeof first>();
  assert.deepEqual([...first.items, ...second.items].map(({ id }) => id).sort(), mine.sort());
  assert.equal(second.next_cursor, null);
});

test('a report is hidden from an owner who no longer has all its stores, and from a demoted operator', async (t) => {
  const { ask, made, users } = await fleet(t);
  const both = await made('olga');
  const all = await made('oscar');
  users.users.olga = { role: 'owner', stores: ['a'] };
  users.users.oscar = { role: 'owner', stores: ['a', 'b', 'c', 'd'] };
  assert.equal((await ask('olga', 'GET', `${ROOT}/${both}`)).statusCode, 404);
  assert.equal((await ask('olga', 'GET', `/get_report?report_id=${both}`)).statusCode, 404);
  assert.equal((await ask('oscar', 'GET', `${ROOT}/${all}`)).statusCode, 404);
  users.users.olga = { role: 'owner', stores: ['a', 'b', 'd'] };
  assert.equal((await ask('olga', 'GET', `${ROOT}/${both}`)).statusCode, 200);
});

test('equal reports of two users share one result, and each sees only their own report', async (t) => {
  const { ask, users, reports, storage } = await fleet(t);
  users.users.otto = { role: 'owner', stores: ['a', 'b'] };
  await reports.stop();
  const [hers = '', his = ''] = await Promise.all(
    ['olga', 'otto'].map(async (name) => (await ask(name, 'POST', ROOT, {})).json<{ id: string }>().id),
  );
  assert.equal((await storage.reports.find(hers))?.resultId, (await storage.reports.find(his))?.resultId);
  assert.equal((await ask('olga', 'POST', `${ROOT}/${hers}/cancel`)).statusCode, 200);
  assert.equal((await ask('otto', 'GET', `${ROOT}/${his}`)).json<{ status: string }>().status, 'queued');
  assert.equal((await ask('otto', 'GET', `${ROOT}/${hers}`)).statusCode, 404);
});

test('a read-only key cannot trigger, cancel or delete reports', async (t) => {
  const { ask, made } = await fleet(t);
  const id = await made('ada');
  assert.equal((await ask('reader', 'GET', `${ROOT}/${id}`)).statusCode, 200);
  for (const [method, url] of [
    ['POST', ROOT],
    ['POST', '/trigger_report'],
    ['POST', `${ROOT}/${id}/cancel`],
    ['DELETE', `${ROOT}/${id}`],
  ] as const) {
    assert.equal((await ask('reader', method, url)).statusCode, 403, url);
  }
});

test('a report records its requester', async (t) => {
  const { ask, made } = await fleet(t);
  const id = await made('olga');
  assert.equal((await ask('ada', 'GET', `${ROOT}/${id}`)).json<{ requested_by: string }>().requested_by, 'id of olga');
});
