import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../../src/config/config.ts';
import { addUserWithKey, PASSWORD } from '../../support/accounts.ts';
import { browser } from '../../support/clients.ts';
import { as } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';

const APP = 'https://app.example.com';
const STORES = '/api/v1/stores';

async function house(t: TestContext) {
  const server = await testServer(t, { corsOrigins: [APP] });
  const { key } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  return { server, app: server.app, key };
}

test('a page of an allowed origin reads and changes with a key', async (t) => {
  const { app, key } = await house(t);
  const headers = { ...as(key), origin: APP };
  const read = await app.inject({ url: STORES, headers });
  assert.equal(read.statusCode, 200);
  assert.equal(read.headers['access-control-allow-origin'], APP);
  assert.match(String(read.headers['access-control-expose-headers']), /etag/);
  assert.match(String(read.headers.vary), /\bOrigin\b/);
  assert.equal(read.headers['access-control-allow-credentials'], undefined);
  const created = await app.inject({ method: 'POST', url: STORES, headers, payload: { store_id: 'a' } });
  assert.deepEqual([created.statusCode, created.headers['access-control-allow-origin']], [201, APP]);
  const refused = await app.inject({ url: `${STORES}/nowhere`, headers });
  assert.deepEqual([refused.statusCode, refused.headers['access-control-allow-origin']], [404, APP], 'errors, too');
});

test('a browser may ask first, and learns the methods of the path', async (t) => {
  const { app } = await house(t);
  const asked = { 'access-control-request-method': 'PATCH' };
  const preflight = (url: string, headers: Record<string, string>) => app.inject({ method: 'OPTIONS', url, headers });
  const { statusCode, headers, body } = await preflight(`${STORES}/a`, { ...asked, origin: APP });
  assert.deepEqual([statusCode, body, headers['access-control-allow-origin']], [204, '', APP]);
  assert.equal(headers['access-control-allow-methods'], 'GET, PATCH, DELETE');
  for (const name of ['authorization', 'content-type', 'if-match', 'idempotency-key'])
    assert.ok(String(headers['access-control-allow-headers']).split(', ').includes(name), name);
  const others = [
    await preflight(`${STORES}/a`, { ...asked, origin: 'https://evil.example' }),
    await preflight(`${STORES}/a`, { ...asked, origin: `${APP}.evil.example` }),
    await preflight(`${STORES}/a`, { ...asked, origin: 'null' }),
    await preflight(`${STORES}/a`, { origin: APP }),
  ];
  for (const other of others) {
    assert.deepEqual([other.statusCode, other.headers.allow], [204, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
    assert.equal(other.headers['access-control-allow-methods'], undefined, 'no browser takes it for a permission');
  }
  assert.equal(others[0]?.headers['access-control-allow-origin'], undefined);
  assert.equal((await preflight('/api/v1/nothing', { ...asked, origin: APP })).statusCode, 404);
});

test('a session counts for nothing in a page of another origin', async (t) => {
  const { server } = await house(t);
  const client = browser(server);
  assert.equal((await client.ask('POST', '/session', { login: 'anna', password: PASSWORD })).statusCode, 200);
  const from = { origin: APP };
  assert.equal((await client.ask('GET', '/stores')).statusCode, 200, 'in the dashboard it does');
  assert.equal((await client.ask('GET', '/stores', undefined, from)).statusCode, 401);
  assert.equal((await client.ask('POST', '/stores', {}, from)).statusCode, 403);
  assert.equal((await client.ask('POST', '/session', { login: 'anna', password: PASSWORD }, from)).statusCode, 403);
});

test('any other origin gets nothing, and without CORS_ORIGINS every origin is another one', async (t) => {
  const { app, key } = await house(t);
  const closed = await testServer(t);
  const { key: other } = await addUserWithKey(closed.accounts, { login: 'anna', role: 'admin' });
  for (const [one, headers] of [
    [app, { ...as(key), origin: 'https://evil.example' }],
    [closed.app, { ...as(other), origin: APP }],
  ] as const) {
    const read = await one.inject({ url: STORES, headers });
    assert.equal(read.headers['access-control-allow-origin'], undefined);
    assert.equal((await one.inject({ method: 'POST', url: STORES, headers, payload: {} })).statusCode, 403);
  }
});

test('while there are no users, a page of another origin may do nothing', async (t) => {
  const { app } = await testServer(t, { corsOrigins: [APP] });
  const headers = { origin: APP, authorization: 'Bearer x' };
  assert.equal((await app.inject({ url: STORES, headers })).statusCode, 403);
  assert.equal((await app.inject({ method: 'POST', url: STORES, headers, payload: {} })).statusCode, 403);
});

test('an event stream of an allowed origin can be read', async (t) => {
  const { server, key } = await house(t);
  const address = await server.listen();
  const stop = new AbortController();
  const headers = { ...as(key), origin: APP };
  const answer = await fetch(`${address}/api/v1/fleet/events`, { headers, signal: stop.signal });
  assert.equal(answer.headers.get('access-control-allow-origin'), APP);
  stop.abort();
});

test('CORS_ORIGINS lists origins exactly as browsers send them', () => {
  assert.deepEqual(loadConfig({}).corsOrigins, []);
  const { corsOrigins } = loadConfig({ CORS_ORIGINS: `${APP}, http://localhost:3000` });
  assert.deepEqual(corsOrigins, [APP, 'http://localhost:3000']);
  for (const bad of ['*', 'null', 'app.example.com', `${APP}/`, `${APP}:443`, 'https://*.example.com', 'file://x']) {
    assert.throws(() => loadConfig({ CORS_ORIGINS: bad }), {
      code: 'invalid_input',
      message: `CORS_ORIGINS has "${bad}", expected an origin: scheme, host and port alone, such as https://app.example.com`,
    });
  }
});
