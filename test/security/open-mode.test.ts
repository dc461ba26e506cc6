import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../support/server.ts';

/** Headers that a page or a proxy can add to requests. */
const FORWARDING = [
  ['x-forwarded-host', 'localhost'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-port', '5000'],
  ['x-forwarded', 'for=127.0.0.1'],
  ['forwarded', 'host=localhost'],
  ['x-real-ip', '127.0.0.1'],
  ['via', '1.1 proxy'],
  ['x-client-ip', '127.0.0.1'],
  ['true-client-ip', '127.0.0.1'],
  ['x-cluster-client-ip', '127.0.0.1'],
  ['fastly-client-ip', '127.0.0.1'],
  ['cf-connecting-ip', '127.0.0.1'],
  ['cdn-loop', 'proxy'],
  ['forwarded-for', '127.0.0.1'],
  ['x-original-forwarded-for', '127.0.0.1'],
  ['x-original-host', 'localhost'],
  ['x-host', 'localhost'],
] as const;

const LOCAL = 'localhost:5000';

test('without users, every route rejects requests that a proxy forwarded', async (t) => {
  const { app } = await testServer(t);
  for (const { method, url } of app.routeTable.filter(({ access }) => access !== 'public')) {
    for (const [header, value] of FORWARDING) {
      const answer = await app.inject({
        method: method as 'GET',
        url: url.replaceAll(/:\w+/g, 'x'),
        headers: { host: LOCAL, [header]: value },
      });
      assert.equal(answer.statusCode, 403, `${method} ${url} with ${header}`);
      assert.match(answer.json<{ detail: string }>().detail, /^there are no users yet, .* TRUSTED_PROXIES/);
    }
  }
});

test('without users, every route rejects requests for a foreign host name', async (t) => {
  const { app } = await testServer(t, { trustedProxies: ['127.0.0.1/32'] });
  for (const { method, url } of app.routeTable.filter(({ access }) => access !== 'public')) {
    const answer = await app.inject({
      method: method as 'GET',
      url: url.replaceAll(/:\w+/g, 'x'),
      headers: { host: 'rebound.example:5000', 'x-forwarded-host': LOCAL, origin: `http://${LOCAL}` },
    });
    assert.equal(answer.statusCode, 403, `${method} ${url}`);
    assert.match(answer.json<{ detail: string }>().detail, /only this machine itself may ask, not as rebound\.example/);
  }
});

test('without users, a trusted proxy can forward only requests from this machine', async (t) => {
  const { app } = await testServer(t, { trustedProxies: ['127.0.0.1/32'] });
  const ask = (forwarded: string) =>
    app.inject({ url: '/api/v1/session', headers: { host: LOCAL, 'x-forwarded-for': forwarded } });
  assert.equal((await ask('127.0.0.1')).statusCode, 200);
  assert.equal((await ask('10.0.0.7')).statusCode, 403);
  assert.match((await ask('10.0.0.7')).body, /only this machine itself may ask, not from 10\.0\.0\.7/);
  const other = { url: '/api/v1/session', headers: { host: LOCAL, via: '1.1 x' }, remoteAddress: '127.0.0.2' };
  assert.equal((await app.inject(other)).statusCode, 403, 'another proxy');
});
