import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../support/server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

test('a body that is not UTF-8 is rejected and changes nothing', async (t) => {
  const { app } = await testServer(t);
  const latin1 = Buffer.from('{"store_id":"café"}', 'latin1');
  const send = (method: 'POST' | 'PATCH', payload: Buffer, type: string) =>
    app.inject({ method, url: '/api/v1/stores', headers: { 'content-type': type }, payload });
  for (const [method, type, payload] of [
    ['POST', 'application/json', latin1],
    ['PATCH', 'application/x-ndjson', latin1],
  ] as const) {
    const answer = await send(method, payload, type);
    assert.deepEqual([answer.statusCode, answer.json().detail], [400, 'the body is not UTF-8']);
  }
  const utf16 = await send('POST', Buffer.from('{"store_id":"a"}', 'utf16le'), 'application/json; charset=utf-16');
  assert.deepEqual([utf16.statusCode, utf16.json().detail], [415, 'the charset of the body is utf-16, expected UTF-8']);
  assert.equal((await app.inject('/api/v1/stores')).json().total, 0);
  assert.equal(
    (await send('POST', Buffer.from('{"store_id":"café"}'), 'application/json; charset="UTF-8"')).statusCode,
    201,
  );
});

test('a query parameter that a route does not know is an error, before anything changes', async (t) => {
  const { app } = await testServer(t);
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, ...(payload && { headers: JSON_TYPE, payload }) });
  assert.equal((await ask('POST', '/api/v1/stores', { store_id: 's' })).statusCode, 201);
  for (const [method, url, payload] of [
    ['POST', '/api/v1/stores', { store_id: 't' }],
    ['PATCH', '/api/v1/stores/s', { name: 'New' }],
    ['PUT', '/api/v1/stores/s/hours', { hours: [] }],
    ['DELETE', '/api/v1/stores/s/polls/2026-11-01T12:00:00Z', undefined],
    ['GET', '/api/v1/session', undefined],
    ['GET', '/api/v1/zones', undefined],
  ] as const) {
    const answer = await ask(method, `${url}?dry_run=true`, payload);
    assert.equal(answer.statusCode, 400, `${method} ${url}: ${answer.body}`);
    assert.match(answer.json().detail, /dry_run/);
  }
  assert.deepEqual((await ask('GET', '/api/v1/stores/s')).json().name, null);
});
