import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';
import { DeafListener } from '../support/deaf-listener.ts';
import { RULE } from '../support/fake-stores.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const ONLINE = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const ACTIVE = { kind: 'active', reason: 'value "ONLINE"', code: undefined };
const V4 = '127.0.0.1';

/** An address of the other family, or another loopback address if this machine has no IPv6. */
const v6 = await hasIpv6().then((has) => (has ? '::1' : '127.0.0.2'));

async function hasIpv6(): Promise<boolean> {
  const server = createServer().listen(0, '::1');
  return once(server, 'listening').then(
    () => {
      server.close();
      return true;
    },
    () => false,
  );
}

function clientOf(t: import('node:test').TestContext, addresses: readonly string[], timeout: number): ProbeClient {
  const resolve = async () => addresses.map((address) => ({ address, family: address === V4 ? 4 : 6 }));
  const resolver = new GuardedResolver(new AddressGuard(['127.0.0.0/8', '::1/128']), resolve, () => 0);
  const http = new HttpClient(resolver);
  t.after(() => http.close());
  return new ProbeClient({ ...RULE, timeout }, http);
}

for (const [order, addresses] of [
  ['after IPv6', [v6, V4]],
  ['before IPv6', [V4, v6]],
] as const) {
  test(`a host whose IPv6 address does not respond is reached by IPv4, even with a slow handshake: ${order}`, async (t) => {
    const slow = await DeafListener.open(t, V4, 0, ONLINE);
    await DeafListener.open(t, v6, slow.port, '');
    const probe = clientOf(t, addresses, 60_000).probe('x', `http://store.test:${slow.port}/`);
    // By now, both attempts have begun and neither has a response.
    await sleep(600);
    slow.hear();
    assert.deepEqual(await probe, ACTIVE);
  });
}

test('a slow first attempt still succeeds when the second one fails', async (t) => {
  const slow = await DeafListener.open(t, v6, 0, ONLINE);
  const probe = clientOf(t, [v6, V4], 60_000).probe('x', `http://store.test:${slow.port}/`);
  await sleep(600);
  slow.hear();
  assert.deepEqual(await probe, ACTIVE);
});

test('after a refused connection, the next address is tried at once', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(ONLINE)));
  await once(server.listen(0, V4), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await clientOf(t, [v6, V4], 60_000).probe('x', `http://store.test:${port}/`), ACTIVE);
});

test('if no address responds, the probe times out; if all refuse, it fails at once', async (t) => {
  const deaf = await DeafListener.open(t, V4, 0, '');
  await DeafListener.open(t, v6, deaf.port, '');
  assert.deepEqual(await clientOf(t, [v6, V4], 700).probe('x', `http://store.test:${deaf.port}/`), {
    ...{ kind: 'failed', reason: 'no response in time', code: 'timeout' },
  });
  assert.deepEqual(await clientOf(t, [v6, V4], 60_000).probe('x', 'http://store.test:1/'), {
    ...{ kind: 'failed', reason: 'ECONNREFUSED', code: 'refused' },
  });
});

test('a name server that does not respond cannot delay a probe beyond its timeout', async (t) => {
  const resolver = new GuardedResolver(
    new AddressGuard(),
    () => new Promise(() => {}),
    () => 0,
  );
  const http = new HttpClient(resolver);
  t.after(() => http.close());
  const outcome = await new ProbeClient({ ...RULE, timeout: 200 }, http).probe('x', 'http://store.test/');
  assert.deepEqual([outcome.kind, outcome.code], ['failed', 'timeout']);
});
