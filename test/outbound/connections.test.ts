import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { Exchanger } from '../../src/outbound/exchange.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';
import { DeafListener } from '../support/deaf-listener.ts';
import { RULE } from '../support/fake-stores.ts';

const BODY = '{"store":{"status":"ONLINE"}}';
const ONLINE = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const ACTIVE = { kind: 'active', reason: 'value "ONLINE"', code: undefined };
const V4 = '127.0.0.1';

/** An address of the other family, or of another network where this machine has no IPv6. */
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
  const exchanger = new Exchanger(resolver);
  t.after(() => exchanger.close());
  return new ProbeClient({ ...RULE, timeout }, exchanger);
}

for (const [order, addresses] of [
  ['after IPv6', [v6, V4]],
  ['before IPv6', [V4, v6]],
] as const) {
  test(`a host is reached by IPv4 whose IPv6 hangs, though the handshake takes a second: ${order}`, async (t) => {
    const slow = await DeafListener.open(t, V4, 0, ONLINE);
    await DeafListener.open(t, v6, slow.port, '');
    const probe = clientOf(t, addresses, 20_000).probe('x', `http://store.test:${slow.port}/`);
    // Both attempts have begun by now, and hang.
    await sleep(600);
    slow.hear();
    assert.deepEqual(await probe, ACTIVE);
  });
}

test('a first attempt that is slow still wins when the second fails', async (t) => {
  const slow = await DeafListener.open(t, v6, 0, ONLINE);
  const probe = clientOf(t, [v6, V4], 20_000).probe('x', `http://store.test:${slow.port}/`);
  await sleep(600);
  slow.hear();
  assert.deepEqual(await probe, ACTIVE);
});

test('an address that refuses makes way for the next one at once', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(ONLINE)));
  await once(server.listen(0, V4), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await clientOf(t, [v6, V4], 5_000).probe('x', `http://store.test:${port}/`), ACTIVE);
});

test("what no address answers ends with the probe's time, and what all refuse at once", async (t) => {
  const deaf = await DeafListener.open(t, V4, 0, '');
  await DeafListener.open(t, v6, deaf.port, '');
  assert.deepEqual(await clientOf(t, [v6, V4], 700).probe('x', `http://store.test:${deaf.port}/`), {
    ...{ kind: 'failed', reason: 'no answer in time', code: 'timeout' },
  });
  assert.deepEqual(await clientOf(t, [v6, V4], 5_000).probe('x', 'http://store.test:1/'), {
    ...{ kind: 'failed', reason: 'ECONNREFUSED', code: 'refused' },
  });
});

test('a name server that does not answer costs no more than the time of a probe', async (t) => {
  const resolver = new GuardedResolver(
    new AddressGuard(),
    () => new Promise(() => {}),
    () => 0,
  );
  const exchanger = new Exchanger(resolver);
  t.after(() => exchanger.close());
  const outcome = await new ProbeClient({ ...RULE, timeout: 200 }, exchanger).probe('x', 'http://store.test/');
  assert.deepEqual([outcome.kind, outcome.code], ['failed', 'timeout']);
});
