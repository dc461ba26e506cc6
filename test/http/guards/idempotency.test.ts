import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { documentOf } from '../../../src/http/document/openapi.ts';
import { operationsOf } from '../../../src/http/document/types.ts';
import { keepIdempotency } from '../../../src/http/guards/idempotency.ts';
import { limitResponseTime } from '../../../src/http/guards/response-deadline.ts';
import { handleError } from '../../../src/http/problems.ts';
import type { App } from '../../../src/http/types.ts';
import { compileValidator } from '../../../src/http/validation.ts';
import { DuckdbStorage } from '../../../src/storage/duckdb/storage.ts';
import { addUserWithKey, PASSWORD } from '../../support/accounts.ts';
import { browser } from '../../support/clients.ts';
import { as } from '../../support/fake-users.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const AS_OF = '2023-01-22T12:00:00Z';
const CSV = 'store_id,status,timestamp_utc\na,active,2023-01-20T10:00:00Z\n';
const STORES = '/api/v1/stores';

/** A server with an admin, and the admin's API key. */
async function house(t: TestContext): Promise<{ server: TestServer; key: string }> {
  const server = await testServer(t);
  await merge(server.storage, { polls: [['a', T, true]] });
  const { key } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  return { server, key };
}

function post({ app }: TestServer, key: string, url: string, payload: object | string, idempotencyKey: string) {
  const type = typeof payload === 'string' ? { 'content-type': 'text/csv' } : {};
  const headers = { ...as(key), ...type, 'idempotency-key': idempotencyKey };
  return app.inject({ method: 'POST', url, payload, headers });
}

function codeOf(answer: { json<T>(): T }): string {
  return answer.json<{ code: string }>().code;
}

test('a repeated request gets the first response again, and creates nothing', async (t) => {
  const { server, key } = await house(t);
  for (const [i, [url, payload]] of (
    [
      [STORES, { store_id: 'new', name: 'New' }],
      [STORES, { name: 'without an id' }],
      ['/api/v1/users', { login: 'bob', role: 'owner', stores: ['a'] }],
      ['/api/v1/reports', { as_of: AS_OF }],
      ['/trigger_report', { as_of: AS_OF }],
      ['/api/v1/imports?feed=polls', CSV],
    ] as const
  ).entries()) {
    const first = await post(server, key, url, payload, `key-${i}`);
    assert.ok(first.statusCode < 300, first.body);
    assert.equal(first.headers['idempotent-replayed'], undefined);
    // The key may also be quoted, as in a structured header field.
    const again = await post(server, key, url, payload, `"key-${i}"`);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.deepEqual(
      [again.statusCode, again.body, again.headers.location, again.headers.etag],
      [first.statusCode, first.body, first.headers.location, first.headers.etag],
    );
  }
  const counts: number[] = [];
  for (const list of ['stores', 'users', 'reports', 'imports']) {
    const { items } = (await server.app.inject({ url: `/api/v1/${list}`, headers: as(key) })).json<{ items: [] }>();
    counts.push(items.length);
  }
  assert.deepEqual(counts, [3, 2, 2, 1]);
});

test('a key belongs to one request of one user', async (t) => {
  const { server, key } = await house(t);
  const other = await addUserWithKey(server.accounts, { login: 'bob', role: 'operator' });
  const create = (by: string, body: object, url = STORES) => post(server, by, url, body, 'k');
  assert.equal((await create(key, { store_id: 'x' })).statusCode, 201);
  const reused = [
    await create(key, { store_id: 'y' }),
    await create(key, { store_id: 'x', name: 'X' }),
    await create(key, { login: 'carl', role: 'operator' }, '/api/v1/users'),
  ];
  assert.deepEqual(
    reused.map((answer) => [answer.statusCode, codeOf(answer)]),
    Array(3).fill([422, 'idempotency_key_reused']),
  );
  assert.equal((await create(other.key, { store_id: 'y' })).statusCode, 201, 'keys of another user are others');
  const upload = (body: string) => post(server, key, '/api/v1/imports?feed=polls', body, 'u');
  assert.equal((await upload(CSV)).statusCode, 202);
  assert.equal((await upload(`${CSV}a,active,2023-01-20T11:00:00Z\n`)).statusCode, 422);
  const invalid = await post(server, key, STORES, {}, 'not a key');
  assert.deepEqual([invalid.statusCode, codeOf(invalid)], [400, 'invalid_input']);
});

test('while a request runs, its key is in use, on every server of the database', async (t) => {
  const { server, key } = await house(t);
  const second = await testServer(t, { storage: server.storage });
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { changing } = server.storage;
  const begun = new Promise<void>((resolve) => {
    t.mock.method(server.storage, 'changing', async (work: Parameters<typeof changing>[0]) => {
      resolve();
      await gate;
      return changing.call(server.storage, work);
    });
  });
  const first = post(server, key, STORES, { store_id: 'x' }, 'k');
  await begun;
  const meanwhile = await post(second, key, STORES, { store_id: 'x' }, 'k');
  assert.deepEqual(
    [meanwhile.statusCode, codeOf(meanwhile), meanwhile.headers['retry-after']],
    [409, 'idempotency_key_in_use', '2'],
  );
  goOn();
  const { body, statusCode } = await first;
  assert.equal(statusCode, 201);
  const after = await post(second, key, STORES, { store_id: 'x' }, 'k');
  assert.deepEqual([after.statusCode, after.body, after.headers['idempotent-replayed']], [201, body, 'true']);
});

test('an error changed nothing, so its key is free again', async (t) => {
  const { server, key } = await house(t);
  assert.equal((await post(server, key, STORES, { store_id: 'a' }, 'k')).statusCode, 409);
  assert.equal((await post(server, key, STORES, { zone: 'Mars/Base' }, 'k')).statusCode, 400);
  assert.equal((await post(server, key, STORES, { store_id: 'b' }, 'k')).statusCode, 201);
});

test('a new API key is shown once and stored nowhere; its repeat says null', async (t) => {
  const { server } = await house(t);
  const stored: string[] = [];
  const { complete } = server.storage.idempotency;
  t.mock.method(server.storage.idempotency, 'complete', (...given: Parameters<typeof complete>) => {
    stored.push(JSON.stringify(given));
    return complete.apply(server.storage.idempotency, given);
  });
  await addUserWithKey(server.accounts, { login: 'adam', role: 'admin' });
  const { ask } = browser(server);
  assert.equal((await ask('POST', '/session', { login: 'adam', password: PASSWORD })).statusCode, 200);
  const create = () =>
    ask('POST', '/keys', { name: 'x', scopes: ['stores:read'] }, { 'idempotency-key': 'this-key-is-secret-as-well' });
  const first = await create();
  const { key, ...others } = first.json<{ key: string; key_id: string }>();
  assert.match(key, /^rmk_/);
  const again = await create();
  assert.deepEqual(again.json(), { ...others, key: null });
  assert.deepEqual([again.statusCode, again.headers['idempotent-replayed']], [201, 'true']);
  const bob = { login: 'bob', role: 'operator', password: 'a long one of bob' };
  const add = (body: object) => ask('POST', '/users', { ...body }, { 'idempotency-key': 'b' });
  assert.deepEqual([(await add(bob)).statusCode, (await add(bob)).statusCode], [201, 201]);
  assert.equal((await add({ ...bob, password: 'another long one of bob' })).statusCode, 422);
  assert.equal(stored.length, 2);
  for (const secret of [key, 'this-key-is-secret-as-well', bob.password]) {
    assert.ok(!stored.join().includes(secret), 'no secret is stored');
  }
});

test('a response that was due before it was there is kept as well', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  const app = Fastify() as unknown as App;
  t.after(async () => {
    await app.close();
    await storage.close();
  });
  app.setValidatorCompiler(compileValidator);
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request) => {
    request.principal = { kind: 'open' };
  });
  keepIdempotency(app, storage.idempotency);
  limitResponseTime(app, 100);
  app.setErrorHandler(handleError);
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let runs = 0;
  app.post('/', { config: { idempotency: {} } }, async () => {
    runs++;
    await gate;
    return { run: runs };
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const send = () => fetch(url, { method: 'POST', headers: { 'idempotency-key': 'k' } });
  /** On a slow machine, any response may be late. */
  const until = async (status: number) => {
    for (;;) {
      const answer = await send();
      if (answer.status === status) return answer;
      assert.ok([409, 503].includes(answer.status), `it is ${answer.status}`);
    }
  };
  assert.equal((await send()).status, 503);
  await until(409);
  goOn();
  const again = await until(200);
  assert.deepEqual([await again.json(), runs], [{ run: 1 }, 1]);
});

/** A new link replaces the earlier one, so repeating the request leaves nothing else behind. */
const REPEATABLE = new Set(['inviteUser']);

test('every request that creates something takes a key', async (t) => {
  const { app } = await testServer(t);
  await app.ready();
  const creates = operationsOf(documentOf(app)).filter(
    ({ method, operationId, responses }) =>
      method === 'POST' &&
      !REPEATABLE.has(operationId) &&
      ('201' in responses || '202' in responses || operationId === 'triggerReport'),
  );
  assert.ok(creates.length >= 7, 'there are such requests');
  for (const { operationId, parameters = [] } of creates) {
    assert.ok(
      parameters.some(({ name }) => name === 'idempotency-key'),
      `${operationId} has no config.idempotency`,
    );
  }
});
