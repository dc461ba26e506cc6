import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { PASSWORD } from '../support/accounts.ts';
import { browser } from '../support/clients.ts';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const MINUTE = 60_000;
const GZIP = { 'accept-encoding': 'gzip, deflate, br' };

test('a client that has the present response gets 304, and the new one after a change', async (t) => {
  const clock = { now: T };
  const { app, storage } = await testServer(t, { now: () => clock.now });
  await merge(storage, { polls: [['a', T - MINUTE, true]] });
  for (const url of ['/api/v1/stores/a', '/api/v1/stores/a/hours', '/api/v1/stores/a/special-hours']) {
    const first = await app.inject(url);
    const etag = String(first.headers.etag);
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await app.inject({ url, headers: { 'if-none-match': given } });
      assert.deepEqual([again.statusCode, again.body, again.headers.etag], [304, '', etag], `${url} ${given}`);
      assert.equal(again.headers['content-type'], undefined);
    }
    assert.equal((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode, 200);
    assert.equal((await app.inject({ url, method: 'HEAD', headers: { 'if-none-match': etag } })).statusCode, 304);
    await app.inject({ method: 'PATCH', url: '/api/v1/stores/a', payload: { name: `after ${url}` } });
    assert.equal((await app.inject({ url, headers: { 'if-none-match': etag } })).statusCode, 200, 'another version');
  }
});

test('a state that changes without the version is no reason for 304, and none against an update', async (t) => {
  const clock = { now: T };
  const { app, storage } = await testServer(t, { now: () => clock.now });
  await merge(storage, { polls: [['a', T - MINUTE, true]] });
  const url = '/api/v1/stores/a';
  const first = await app.inject(url);
  const poll = 'store_id,status,timestamp_utc\na,inactive,2023-01-22T12:00:00Z\n';
  const headers = { 'content-type': 'text/csv' };
  assert.equal((await app.inject({ method: 'POST', url: '/api/v1/polls', headers, payload: poll })).statusCode, 200);
  clock.now += MINUTE;
  let second = await app.inject(url);
  while (second.json<{ state: string }>().state !== 'offline') {
    clock.now += MINUTE;
    second = await app.inject(url);
  }
  const { etag } = first.headers;
  assert.equal((await app.inject({ url, headers: { 'if-none-match': etag } })).statusCode, 200);
  const update = await app.inject({ method: 'PATCH', url, headers: { 'if-match': etag }, payload: { name: 'A' } });
  assert.equal(update.statusCode, 200, 'the version is the same');
});

test('JSON is compressed for clients that accept it', async (t) => {
  const { app, storage } = await testServer(t);
  await merge(storage, { polls: Array.from({ length: 50 }, (_, i) => [`store ${i}`, T, true] as const) });
  const url = '/api/v1/stores?as_of=2023-01-22T12:00:00Z';
  const plain = await app.inject(url);
  const packed = await app.inject({ url, headers: GZIP });
  assert.deepEqual([plain.headers['content-encoding'], packed.headers['content-encoding']], [undefined, 'gzip']);
  assert.deepEqual([plain.headers.vary, packed.headers.vary], ['Accept-Encoding', 'Accept-Encoding']);
  assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body);
  assert.equal(Number(packed.headers['content-length']), packed.rawPayload.length);
  assert.ok(packed.rawPayload.length * 3 < plain.rawPayload.length, 'it is much smaller');
  for (const refusing of ['identity', 'gzip;q=0', 'br']) {
    const answer = await app.inject({ url, headers: { 'accept-encoding': refusing } });
    assert.equal(answer.headers['content-encoding'], undefined, refusing);
  }
  const small = await app.inject({ url: '/api/v1/stores/store%201', headers: GZIP });
  assert.equal(small.headers['content-encoding'], undefined);
});

test('a compressed response has a weak ETag, which is as good', async (t) => {
  const { app, storage } = await testServer(t);
  await merge(storage, { polls: [['a', T, true]] });
  const url = '/api/v1/stores/a';
  const labels = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`label ${i}`, 'x'.repeat(30)]));
  assert.equal((await app.inject({ method: 'PATCH', url, payload: { labels } })).statusCode, 200);
  const packed = await app.inject({ url, headers: GZIP });
  const etag = String(packed.headers.etag);
  assert.match(etag, /^W\/"/);
  assert.equal((await app.inject({ url, headers: { ...GZIP, 'if-none-match': etag } })).statusCode, 304);
  const update = await app.inject({ method: 'PATCH', url, headers: { 'if-match': etag }, payload: { name: 'A' } });
  assert.equal(update.statusCode, 200);
});

test('a response with a new key is not compressed, and neither is a file', async (t) => {
  const server = await testServer(t);
  await merge(server.storage, { polls: Array.from({ length: 200 }, (_, i) => [`store ${i}`, T, true] as const) });
  const client = browser(server);
  const file = await client.ask('GET', '/store-export', undefined, GZIP);
  assert.deepEqual([file.statusCode, file.headers['content-encoding']], [200, undefined]);
  await client.ask('POST', '/users', { login: 'anna', role: 'admin', password: PASSWORD });
  const key = await client.ask('POST', '/keys', { name: 'x'.repeat(200), scopes: ['stores:read'] }, GZIP);
  assert.deepEqual([key.statusCode, key.headers['content-encoding']], [201, undefined]);
});
