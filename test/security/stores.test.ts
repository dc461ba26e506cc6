import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_BUDGETS } from '../../src/lib/budgets.ts';
import { as, FakeUsers } from '../support/fake-users.ts';
import { type TestServer, type TestSettings, testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const NOW = Date.parse('2026-11-24T09:30:00Z');
const TIME = '2026-11-24T09:00:00Z';

const authenticator = new FakeUsers({
  poller: { role: 'operator', scopes: ['polls:write'] },
  loader: { role: 'operator', scopes: ['polls:write', 'stores:write'] },
});

interface Appended {
  readonly added: number;
  readonly rejected: number;
  readonly rejects: readonly { row: number; store_id: string | null; reason: string }[];
}

async function send({ app }: TestServer, who: string, ids: readonly string[], time = TIME): Promise<Appended> {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/polls',
    headers: as(who),
    payload: ids.map((store_id) => ({ store_id, status: 'active', timestamp_utc: time })),
  });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<Appended>();
}

async function opened(t: Parameters<typeof testServer>[0], budgets: Partial<TestSettings['budgets']> = {}) {
  return testServer(t, { authenticator, now: () => NOW, budgets: { ...DEFAULT_BUDGETS, ...budgets } });
}

const storesOf = ({ storage }: TestServer) => storage.snapshot(async (s) => [...(await s.stores()).ids]);

test('a key with only polls:write cannot create or undelete stores', async (t) => {
  const server = await opened(t);
  await merge(server.storage, { polls: [['a', NOW - 1_000, true]] });
  const found = await send(server, 'poller', ['a', 'b', 'b']);
  const reason = 'there is no such store, and creating one requires the scope stores:write';
  assert.deepEqual([found.added, found.rejected], [1, 2]);
  assert.deepEqual(found.rejects, [
    { row: 2, store_id: 'b', reason },
    { row: 3, store_id: 'b', reason },
  ]);
  await server.app.inject({ method: 'DELETE', url: '/api/v1/stores/a', headers: as('loader') });
  assert.equal((await send(server, 'poller', ['a'])).rejects[0]?.reason, reason);
  assert.deepEqual(await storesOf(server), []);
  assert.equal((await send(server, 'loader', ['a', 'b'])).rejected, 0);
  assert.deepEqual(await storesOf(server), ['a', 'b']);
  assert.equal((await send(server, 'poller', ['a', 'b'], '2026-11-24T09:10:00Z')).added, 2);
});

test('a request creates a limited number of stores; polls of further ones are rejected with the reason', async (t) => {
  const server = await opened(t, { newStores: 2 });
  const found = await send(server, 'loader', ['a', 'b', 'a', 'c', 'd']);
  assert.deepEqual([found.added, found.rejected], [2, 2]);
  assert.match(
    found.rejects[0]?.reason ?? '',
    /^there is no such store, and one request can create at most 2 \(MAX_NEW_/,
  );
  assert.equal((await send(server, 'loader', ['c', 'd'])).rejected, 0);
  assert.deepEqual(await storesOf(server), ['a', 'b', 'c', 'd']);
});

test('the number of stores is limited for all inputs', async (t) => {
  const server = await opened(t, { stores: 2 });
  const create = (store_id: string) =>
    server.app.inject({ method: 'POST', url: '/api/v1/stores', headers: as('loader'), payload: { store_id } });
  const found = await send(server, 'loader', ['a', 'b', 'c']);
  assert.deepEqual([found.added, found.rejected], [2, 1]);
  assert.match(found.rejects[0]?.reason ?? '', /^there is no such store, and the limit of 2 stores is reached \(/);
  const refused = await create('c');
  assert.equal(refused.statusCode, 409);
  assert.equal(refused.json<{ detail: string }>().detail, 'there would be 3 stores; MAX_STORES allows 2');
  assert.deepEqual(await storesOf(server), ['a', 'b']);
  // Existing stores can be changed.
  const patch = { method: 'PATCH', url: '/api/v1/stores/a', headers: as('loader'), payload: { name: 'A' } } as const;
  assert.equal((await server.app.inject(patch)).statusCode, 200);
});

test('a poll older than EARLIEST_POLL_AGE is rejected with the reason', async (t) => {
  const server = await opened(t, { stores: 100 });
  const found = await send(server, 'loader', ['a'], '2024-11-24T09:29:59Z');
  assert.deepEqual(
    found.rejects.map(({ reason }) => reason),
    ['timestamp_utc "2024-11-24T09:29:59Z" is more than 730 days in the past'],
  );
  assert.equal((await send(server, 'loader', ['a'], '2024-11-24T09:30:00Z')).added, 1);
});
