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

test('If-Match is refused where it is not compared, and the error says what supports it', async (t) => {
  const { app } = await testServer(t);
  const send = (method: 'GET' | 'POST' | 'PATCH', url: string, payload: object | undefined, headers: object) =>
    app.inject({ method, url, ...(payload && { payload }), headers: { ...JSON_TYPE, ...headers } });
  const stores = { stores: [{ store_id: 's', name: 'New' }] };
  assert.equal((await send('POST', '/api/v1/stores', { store_id: 's' }, {})).statusCode, 201);
  const refused = await send('PATCH', '/api/v1/stores', stores, { 'if-match': '"7"' });
  const expected = 'PATCH /api/v1/stores does not support If-Match; PATCH /api/v1/stores/{store_id} supports it';
  assert.deepEqual([refused.statusCode, refused.json().detail], [400, expected]);
  assert.deepEqual(refused.json().errors, [{ in: 'header', field: 'if-match', message: expected }]);
  assert.equal((await send('GET', '/api/v1/stores/s', undefined, {})).json().name, null);
  const other = await send('POST', '/api/v1/polls', { polls: [] }, { 'if-match': '*' });
  assert.deepEqual(
    [other.statusCode, other.json().detail],
    [400, 'POST /api/v1/polls does not support If-Match; leave it out'],
  );
  assert.equal((await send('GET', '/api/v1/stores', undefined, { 'if-match': '"7"' })).statusCode, 200);
  const single = await send('PATCH', '/api/v1/stores/s', { name: 'New' }, { 'if-match': '*' });
  assert.equal(single.statusCode, 200);
});

test('a path with a missing ID is no route, and a long path is not repeated', async (t) => {
  const { app } = await testServer(t);
  for (const [method, path, hint] of [
    ['GET', '/api/v1/stores/', '; did you mean /api/v1/stores?'],
    ['DELETE', '/api/v1/stores/', '; did you mean /api/v1/stores?'],
    ['GET', '/api/v1/fleet/?as_of=latest', '; did you mean /api/v1/fleet?'],
    ['GET', '/api/v1/stores//hours', ''],
    ['GET', '/api/v1/stores//', '; did you mean /api/v1/stores?'],
  ] as const) {
    const answer = await app.inject({ method, url: path });
    const { code, detail } = answer.json<{ code: string; detail: string }>();
    const shown = path.split('?', 1)[0];
    assert.deepEqual(
      [answer.statusCode, code, detail],
      [404, 'route_not_found', `there is nothing at ${shown}${hint}`],
    );
  }
  for (const [url, status] of [
    [`/api/v1/stores/${'x'.repeat(5_000)}`, 414],
    [`/api/v1/${'x'.repeat(5_000)}`, 404],
    [`/api/v1/stores/%zz${'x'.repeat(5_000)}`, 400],
  ] as const) {
    const answer = await app.inject({ url });
    const { detail } = answer.json<{ detail: string }>();
    assert.equal(answer.statusCode, status, detail);
    assert.ok(detail.length < 200, detail);
    assert.match(detail, /x…$/);
  }
});
