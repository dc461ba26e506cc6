import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/config.ts';
import { TrustedProxies } from '../../../src/http/guards/proxies.ts';
import { as, FakeUsers } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';

const authenticator = new FakeUsers({ ann: { role: 'admin' } });

test('by default no proxy is trusted; TRUSTED_PROXIES lists addresses and networks', () => {
  assert.deepEqual(loadConfig({}).trustedProxies, []);
  const { trustedProxies } = loadConfig({ TRUSTED_PROXIES: '127.0.0.1, 10.1.0.0/16,fd00::/8' });
  assert.deepEqual(trustedProxies, ['127.0.0.1/32', '10.1.0.0/16', 'fd00::/8']);
  for (const bad of ['localhost', '10.0.0.0/33', 'loopback', '*']) {
    assert.throws(() => loadConfig({ TRUSTED_PROXIES: bad }), {
      code: 'invalid_input',
      message: `TRUSTED_PROXIES has "${bad}", expected a network such as 10.1.0.0/16 or an address`,
    });
  }
});

test('an address is trusted only within the networks, in any notation', () => {
  const proxies = new TrustedProxies(['127.0.0.1/32', '10.1.0.0/16', 'fd00::/8']);
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.1.255.255', '::ffff:10.1.0.1', 'fd12::1'])
    assert.equal(proxies.trusts(address), true, address);
  for (const address of ['127.0.0.2', '::1', '10.2.0.1', 'fc00::1', '', 'localhost', undefined])
    assert.equal(proxies.trusts(address), false, address);
});

for (const { name, trustedProxies, counted } of [
  {
    name: 'from a proxy that is not trusted, every client has the address of the proxy',
    trustedProxies: [],
    counted: [401, 429],
  },
  {
    name: 'from a trusted proxy, each client has its own address',
    trustedProxies: ['127.0.0.1/32'],
    counted: [401, 401],
  },
]) {
  test(name, async (t) => {
    const { app } = await testServer(t, { authenticator, rateLimit: 1, trustedProxies });
    const ask = async (client: string) =>
      (await app.inject({ url: '/api/v1/session', headers: { 'x-forwarded-for': client } })).statusCode;
    assert.deepEqual([await ask('192.0.2.1'), await ask('192.0.2.2')], counted);
  });
}

test('addresses that the client itself claims are ignored', async (t) => {
  const { app } = await testServer(t, { authenticator, rateLimit: 1, trustedProxies: ['127.0.0.1/32'] });
  const ask = async (claimed: string) =>
    (await app.inject({ url: '/api/v1/session', headers: { 'x-forwarded-for': `${claimed}, 192.0.2.9` } })).statusCode;
  assert.deepEqual([await ask('192.0.2.1'), await ask('192.0.2.2')], [401, 429]);
});

test('only a trusted proxy can set the site of a change', async (t) => {
  const change = { method: 'POST', url: '/trigger_report' } as const;
  const headers = { ...as('ann'), host: 'inner:5000', 'x-forwarded-host': 'outer', origin: 'http://outer' };
  const direct = await testServer(t, { authenticator });
  assert.equal((await direct.app.inject({ ...change, headers })).statusCode, 403);
  const behind = await testServer(t, { authenticator, trustedProxies: ['127.0.0.1/32'] });
  assert.equal((await behind.app.inject({ ...change, headers })).statusCode, 409);
});
