import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, FakeUsers } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';

const authenticator = new FakeUsers({ ann: { role: 'admin' }, otto: { role: 'operator' } });
const GET_REPORT = '/get_report?report_id=9063ec40-64e5-4d48-ac0c-a580d4271ca3';

test('a request above the limit gets a 429 with the time to wait', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 2 });
  const ask = () => app.inject({ url: GET_REPORT, headers: as('ann') });
  const first = await ask();
  assert.equal(first.statusCode, 404);
  assert.equal(first.headers['ratelimit-limit'], '2');
  assert.equal(first.headers['ratelimit-remaining'], '1');
  assert.equal((await ask()).statusCode, 404);
  const refused = await ask();
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['ratelimit-remaining'], '0');
  assert.match(String(refused.headers['retry-after']), /^\d+$/);
  assert.match(refused.json<{ detail: string }>().detail, /more than 2 requests in a minute; try again in \d+ s/);
});

test('another user at the same address has a separate count', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 1 });
  const ask = async (name: string) => (await app.inject({ url: GET_REPORT, headers: as(name) })).statusCode;
  assert.deepEqual([await ask('ann'), await ask('ann'), await ask('otto'), await ask('otto')], [404, 429, 404, 429]);
});

test('a key and a session of one user share a count', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 1 });
  assert.equal((await app.inject({ url: GET_REPORT, headers: as('ann') })).statusCode, 404);
  assert.equal((await app.inject({ url: GET_REPORT, cookies: { rm_session: 'ann' } })).statusCode, 429);
});

test('requests with unknown keys are counted by address, and do not lock out others', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 2 });
  const guess = async (key: string, remoteAddress: string) =>
    (await app.inject({ url: GET_REPORT, headers: as(key), remoteAddress })).statusCode;
  assert.deepEqual(
    [await guess('a', '10.0.0.1'), await guess('b', '10.0.0.1'), await guess('c', '10.0.0.1')],
    [401, 401, 429],
  );
  assert.equal((await app.inject({ url: '/api/openapi.json', remoteAddress: '10.0.0.1' })).statusCode, 429);
  assert.equal(await guess('ann', '10.0.0.1'), 404);
  assert.equal(await guess('a', '10.0.0.2'), 401);
});

test('a client cannot escape its count within its own IPv6 network', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 1 });
  const ask = async (remoteAddress: string) => (await app.inject({ url: '/nowhere', remoteAddress })).statusCode;
  assert.deepEqual(
    [await ask('2001:db8:0:1::1'), await ask('2001:db8:0:1:ffff::2'), await ask('2001:db8:0:2::1')],
    [404, 429, 404],
  );
});

test('health routes are not limited', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 1 });
  for (const url of ['/healthz', '/readyz', '/healthz', '/readyz']) {
    const answer = await app.inject(url);
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.headers['ratelimit-limit'], undefined, url);
  }
});

test('without users, or with a limit of 0, requests are not counted', async (t) => {
  const open = await testServer(t, { rateLimit: 1 });
  const unlimited = await testServer(t, { authenticator, rateLimit: 0 });
  for (const { app } of [open, unlimited]) {
    for (let i = 0; i < 3; i++) {
      const answer = await app.inject({ url: GET_REPORT, headers: { host: '127.0.0.1', ...as('ann') } });
      assert.equal(answer.statusCode, 404, answer.body);
      assert.equal((await app.inject('/api/openapi.json')).headers['ratelimit-limit'], undefined);
    }
  }
});
