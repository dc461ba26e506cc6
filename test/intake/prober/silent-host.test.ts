import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MISSED } from '../../../src/intake/prober/missed-slots.ts';
import { ProbeClient } from '../../../src/intake/prober/probe-client.ts';
import { offsetOf, slotAt } from '../../../src/intake/prober/slots.ts';
import { AddressGuard } from '../../../src/outbound/addresses.ts';
import { HttpClient } from '../../../src/outbound/http-client.ts';
import { GuardedResolver } from '../../../src/outbound/resolver.ts';
import { RULE } from '../../support/fake-stores.ts';
import { MINUTE, SECOND, TestProber } from '../../support/test-prober.ts';

const INTERVAL = 2 * MINUTE;
const STORES = 24;

/** A server that accepts connections and never answers. */
async function silentServer(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('of more stores on a silent host than can be probed in time, every slot ends in a poll or in a gap', async (t) => {
  const port = await silentServer(t);
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const http = new HttpClient(new GuardedResolver(new AddressGuard(['127.0.0.1/32']), resolve, () => 0));
  t.after(() => http.close());
  const targets = Array.from({ length: STORES }, (_, i) => ({
    id: String(i),
    probeUrl: `http://platform.test:${port}/${i}`,
  }));
  const tested = new TestProber(t, new ProbeClient({ ...RULE, timeout: 100 }, http), targets, {
    settings: { interval: INTERVAL, perHost: 2 },
  });
  const { prober, clock, polls } = tested;
  const slotOf = (id: string, instant: number) => slotAt(instant, offsetOf(id, INTERVAL), INTERVAL);
  const begun = clock.instant;
  await prober.open();
  await tested.settle();
  // A probe takes a minute or more of this clock, so two probes of all stores take several slots.
  while (targets.some(({ id }) => polls.of(id).length < 2)) {
    clock.instant += 10 * SECOND;
    prober.step();
    await sleep(10);
  }
  // No slot is left open: from here on, every probe ends in its second.
  await tested.advance(2 * INTERVAL);

  assert.deepEqual(new Set(polls.inactive), new Set(targets.map(({ id }) => id)));
  assert.deepEqual(
    new Set([...polls.reasons.values()].flatMap((reasons) => [...reasons.values()])),
    new Set(['timeout']),
  );
  let [ended, polled] = [0, 0];
  for (const { id } of targets) {
    const current = slotOf(id, clock.instant);
    const slots = polls.of(id).map(([instant]) => slotOf(id, instant));
    assert.equal(new Set(slots).size, slots.length, `store ${id} has one poll in a slot: ${slots}`);
    ended += current - slotOf(id, begun);
    polled += slots.filter((slot) => slot < current).length;
  }
  const { skipped, unobserved } = prober.stats();
  assert.ok(skipped > 0, 'slots were missed');
  assert.deepEqual([polled + skipped, unobserved], [ended, 0]);
  await prober.stop();
  const gaps = await tested.gaps.list();
  assert.deepEqual(
    gaps.map(({ reason, until }) => [reason, until !== undefined]),
    [[MISSED.late, true]],
  );
  assert.equal(gaps[0]?.unobserved, skipped);
});
