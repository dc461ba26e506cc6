import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Outcome } from '../../../src/intake/prober/probe-client.ts';
import { offsetOf, slotAt } from '../../../src/intake/prober/slots.ts';
import { FakeStores } from '../../support/fake-stores.ts';
import { HOUR, MemoryGaps, MINUTE, NOON, SECOND, TestProber } from '../../support/test-prober.ts';

const fakeStores = (count: number, url: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({ id: String(i), probeUrl: url(i) }));

for (const [name, count, loss] of [
  ['a fleet of six hundred', 600, 12 * MINUTE],
  ['a fleet of twenty, three minutes apart', 20, 25 * MINUTE],
  ['a fleet of two', 2, 70 * MINUTE],
  ['an outage longer than two slots', 60, 130 * MINUTE],
  ['an interruption of eight seconds', 600, 8 * SECOND],
  ['an interruption of forty seconds that few probes notice', 20, 40 * SECOND],
] as const) {
  test(`no downtime is recorded while the network is down: ${name}`, async (t) => {
    const stores = await FakeStores.open(t);
    const tested = new TestProber(
      t,
      stores.client(t),
      fakeStores(count, (i) => stores.url(i)),
    );
    stores.behavior.set('store-3.test', 'wrongStatus');
    await tested.prober.open();
    await tested.settle();
    await tested.advance(20 * MINUTE, 2 * SECOND);
    stores.setNetworkDown(true);
    const lostAt = tested.clock.instant;
    await tested.advance(loss);
    stores.setNetworkDown(false);
    const backAt = tested.clock.instant;
    await tested.advance(3 * MINUTE);
    assert.equal(tested.prober.stats().selfOutageSince, undefined);
    assert.deepEqual(tested.polls.inactive, count > 3 ? ['3'] : []);
    for (let i = 0; i < count; i++) {
      const polls = tested.polls.of(String(i));
      assert.equal(
        polls.some(([at]) => at > lostAt && at < backAt),
        false,
        `store ${i} in the loss`,
      );
      // Targets that were due during the outage are probed after it.
      const due = slotAt(backAt, offsetOf(String(i), HOUR), HOUR) * HOUR + offsetOf(String(i), HOUR);
      if (due > lostAt && i !== 3)
        assert.equal(
          polls.some(([at]) => at >= backAt),
          true,
          `store ${i} after it`,
        );
    }
    if (loss < MINUTE) return;
    // Slots that passed meanwhile are gaps of their own.
    const gaps = (await tested.gaps.list()).filter(({ reason }) => reason === 'most probes of unrelated hosts fail');
    const [gap, ...others] = gaps;
    assert.deepEqual(others, []);
    const [from, until] = [Number(gap?.from) - lostAt, Number(gap?.until) - backAt];
    assert.equal(from >= 0 && (from < 5 * MINUTE || count < 20), true, `from ${from}`);
    assert.equal(until >= 0 && until <= MINUTE, true, `until ${until}`);
    assert.equal(Number(gap?.unobserved) > 0, true);
  });
}

test('targets that were not observed during a self-outage are retried after it', async (t) => {
  const stores = await FakeStores.open(t);
  const tested = new TestProber(
    t,
    stores.client(t),
    fakeStores(600, (i) => stores.url(i)),
  );
  await tested.prober.open();
  await tested.settle();
  await tested.advance(2 * MINUTE);
  const before = tested.prober.stats().active;
  stores.setNetworkDown(true);
  await tested.advance(3 * MINUTE);
  assert.equal(tested.polls.count, before);
  stores.setNetworkDown(false);
  await tested.advance(2 * MINUTE);
  assert.equal(tested.polls.count >= before + 30, true, `${tested.polls.count - before} polls in five minutes`);
});

test('if the network is down at the start, no poll is recorded and all targets are retried later', async (t) => {
  const stores = await FakeStores.open(t);
  const tested = new TestProber(
    t,
    stores.client(t),
    fakeStores(50, (i) => stores.url(i)),
  );
  stores.setNetworkDown(true);
  await tested.prober.open();
  await tested.settle();
  await tested.advance(5 * MINUTE);
  assert.equal(tested.polls.count, 0);
  stores.setNetworkDown(false);
  await tested.advance(3 * MINUTE);
  assert.deepEqual([tested.polls.polls.size, tested.polls.inactive], [50, []]);
});

test('a control address that does not respond means a self-outage, even for a fleet on one host', async (t) => {
  const stores = await FakeStores.open(t);
  let reachable = true;
  const targets = fakeStores(60, (i) => stores.url('platform', `/${i}`));
  const tested = new TestProber(t, stores.client(t), targets, { control: async () => reachable });
  await tested.prober.open();
  await tested.settle();
  await tested.advance(HOUR);
  assert.deepEqual([tested.polls.polls.size, tested.polls.inactive], [60, []]);
  stores.setNetworkDown(true);
  reachable = false;
  await tested.advance(20 * MINUTE);
  assert.deepEqual(tested.polls.inactive, []);
  assert.equal([...tested.gaps.gaps.values()][0]?.reason, 'the control address does not respond');
  stores.setNetworkDown(false);
  reachable = true;
  await tested.advance(MINUTE);
  assert.equal(tested.prober.stats().selfOutageSince, undefined);
});

test('if the control address responds, the stores of a platform that is down are down', async (t) => {
  const stores = await FakeStores.open(t);
  const targets = fakeStores(60, (i) => stores.url('platform', `/${i}`));
  const tested = new TestProber(t, stores.client(t), targets, { control: async () => true });
  stores.behavior.set('store-platform.test', 'refusing');
  await tested.prober.open();
  await tested.settle();
  await tested.advance(2 * MINUTE);
  assert.deepEqual([tested.polls.inactive.length, tested.gaps.selfOutages], [60, []]);
});

test('a third of the stores that fail together are down', async (t) => {
  const stores = await FakeStores.open(t);
  const tested = new TestProber(
    t,
    stores.client(t),
    fakeStores(600, (i) => stores.url(i)),
  );
  await tested.prober.open();
  await tested.settle();
  await tested.advance(2 * MINUTE);
  for (let i = 0; i < 600; i += 3) stores.behavior.set(`store-${i}.test`, 'wrongStatus');
  await tested.advance(HOUR + 5 * MINUTE, 5 * SECOND);
  // If by chance most of the few nearby probes fail, the judgment waits for a retry.
  const down = tested.polls.inactive.length;
  assert.equal(down >= 180 && down <= 200, true, `${down} down`);
  assert.equal(
    tested.polls.inactive.every((id) => Number(id) % 3 === 0),
    true,
  );
});

test('a store elsewhere that never answers, beside stores on one platform, is down like those that fail there', async (t) => {
  const stores = await FakeStores.open(t);
  const platform = Array.from({ length: 120 }, (_, i) => ({
    id: String(i),
    probeUrl: `http://s${i}.platform.io:${stores.port}/`,
  }));
  const targets = [...platform, { id: 'elsewhere', probeUrl: stores.url('elsewhere') }];
  const tested = new TestProber(t, stores.client(t), targets, { settings: { interval: MINUTE } });
  stores.behavior.set('store-elsewhere.test', 'refusing');
  await tested.prober.open();
  await tested.settle();
  // Each minute, another one of the platform fails, and stays down.
  for (let i = 0; i < 12; i++) {
    stores.behavior.set(`s${i * 10}.platform.io`, 'wrongStatus');
    await tested.advance(MINUTE);
  }
  assert.deepEqual(tested.gaps.selfOutages, []);
  const expected = ['elsewhere', ...Array.from({ length: 9 }, (_, i) => String(i * 10))];
  for (const id of expected) assert.ok(tested.polls.inactive.includes(id), `${id} is down`);
});

test('stores that respond that they are closed do not cause a self-outage', async (t) => {
  const stores = await FakeStores.open(t);
  const tested = new TestProber(
    t,
    stores.client(t),
    fakeStores(60, (i) => stores.url(i)),
  );
  for (let i = 0; i < 60; i++) stores.behavior.set(`store-${i}.test`, 'offline');
  await tested.prober.open();
  await tested.settle();
  await tested.advance(2 * MINUTE);
  assert.deepEqual([tested.polls.inactive.length, tested.gaps.selfOutages], [60, []]);
});

const left = { id: 'left', server: 'gone', from: NOON - HOUR, until: undefined, reason: 'trouble', unobserved: 3 };

test('when the only prober starts, a gap left by a killed one ends when it was last saved', async (t) => {
  const gaps = new MemoryGaps();
  await gaps.save(left, NOON - 20 * SECOND);
  const stores = await FakeStores.open(t);
  const tested = new TestProber(t, stores.client(t), [], { gaps });
  await tested.prober.open();
  assert.deepEqual(await gaps.list(), [{ ...left, until: NOON - 20 * SECOND }]);
});

test('a gap of another server that is not saved for five minutes is ended', async (t) => {
  const gaps = new MemoryGaps();
  const stores = await FakeStores.open(t);
  const tested = new TestProber(t, stores.client(t), [], { gaps });
  await tested.prober.open();
  await gaps.save(left, NOON);
  await tested.advance(4 * MINUTE, 10 * SECOND);
  assert.equal((await gaps.list())[0]?.until, undefined);
  await tested.advance(3 * MINUTE, 10 * SECOND);
  assert.equal((await gaps.list())[0]?.until, NOON);
});

test('each reason why stores are not observed is logged once', async (t) => {
  const lines: { msg: string; reason?: string; store_id?: string }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const { rule } = (await FakeStores.open(t)).client(t);
  const probe = async (): Promise<Outcome> => ({
    ...{ kind: 'unobserved', reason: 'the address 10.0.0.7 is not public', code: 'address_refused' },
  });
  const tested = new TestProber(
    t,
    { rule, probe },
    fakeStores(5, (i) => `http://${i}.test/`),
    { log },
  );
  const found = () => lines.filter(({ msg }) => msg.startsWith('store could not be observed'));
  await tested.prober.open();
  await tested.settle();
  await tested.advance(2 * MINUTE);
  assert.deepEqual([tested.prober.stats().unobserved, found().length], [5, 1]);
  assert.equal(found()[0]?.reason, 'the address 10.0.0.7 is not public');
  await tested.advance(2 * HOUR, 30 * SECOND);
  assert.equal(found().length, 2);
});

for (const platform of ['abc.io', 'platform.io', 'co.uk.pizza.example', 'shop.co.uk', 'vercel.app']) {
  test(`stores on one platform are one site and go down with it: ${platform}`, async (t) => {
    const stores = await FakeStores.open(t);
    const hosts = Array.from({ length: 60 }, (_, i) => `s${i}.${platform}`);
    const targets = fakeStores(60, (i) => `http://${hosts[i]}:${stores.port}/`);
    for (const host of hosts) stores.behavior.set(host, 'refusing');
    const tested = new TestProber(t, stores.client(t), targets);
    await tested.prober.open();
    await tested.settle();
    await tested.advance(2 * MINUTE);
    assert.deepEqual([tested.polls.inactive.length, tested.gaps.selfOutages], [60, []]);
  });
}
