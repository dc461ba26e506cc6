import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Peers } from '../../../src/intake/prober/peers.ts';
import { offsetOf, slotAt } from '../../../src/intake/prober/slots.ts';
import { PEER_LEASE, type Peer, type PeerRegistry } from '../../../src/storage/ports/peers.ts';
import { FakeStores } from '../../support/fake-stores.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import {
  advanceTogether,
  Clock,
  HOUR,
  MemoryPolls,
  MINUTE,
  NOON,
  SECOND,
  TestProber,
} from '../../support/test-prober.ts';

/** A registry on the clock of a test. */
class MemoryRegistry implements PeerRegistry {
  readonly #clock: Clock;
  readonly #peers = new Map<string, Peer>();
  /** Whether the database is unavailable. */
  away = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async heartbeat(id: string): Promise<Peer[]> {
    if (this.away) throw new Error('away');
    const now = this.#clock.now();
    const alive = (peer: Peer) => peer.seenAt >= now - PEER_LEASE;
    const known = this.#peers.get(id);
    const joinedAt = known !== undefined && alive(known) ? known.joinedAt : now;
    this.#peers.set(id, { id, joinedAt, seenAt: now });
    return [...this.#peers.values()].filter(alive);
  }

  async leave(id: string): Promise<void> {
    this.#peers.delete(id);
  }
}

interface Company {
  readonly clock: Clock;
  readonly registry: MemoryRegistry;
  readonly polls: MemoryPolls;
  readonly ids: readonly string[];
  readonly fakeStores: FakeStores;
  server(name: string): TestProber;
}

const HANDOVER = MINUTE;

/** Servers on one database that share 240 stores. */
async function company(t: Parameters<typeof FakeStores.open>[0]): Promise<Company> {
  const fakeStores = await FakeStores.open(t);
  const [clock, polls, folder] = [new Clock(), new MemoryPolls(), temporaryFolder(t)];
  const registry = new MemoryRegistry(clock);
  const targets = Array.from({ length: 240 }, (_, i) => ({ id: String(i), probeUrl: fakeStores.url(i) }));
  return {
    ...{ clock, registry, polls, fakeStores, ids: targets.map(({ id }) => id) },
    server: (name) =>
      new TestProber(t, fakeStores.client(t), targets, {
        ...{ clock, polls, folder: join(folder, name), peers: new Peers(registry, name, HANDOVER) },
      }),
  };
}

/** Two servers, half an hour after the second one joined. */
async function twoAtWork(t: Parameters<typeof FakeStores.open>[0]) {
  const both = await company(t);
  const [one, two] = [both.server('one'), both.server('two')];
  await one.prober.open();
  await one.settle();
  await advanceTogether([one], MINUTE);
  await two.prober.open();
  await advanceTogether([one, two], 30 * MINUTE);
  return { both, one, two };
}

/** The slots in which stores were not polled exactly once, counted from the one at noon. */
function flaws({ polls, ids, clock }: Company, from: number): string[] {
  const found: string[] = [];
  for (const id of ids) {
    const offset = offsetOf(id, HOUR);
    const slots = polls.of(id).map(([instant]) => slotAt(instant, offset, HOUR));
    const last = slotAt(clock.instant - 3 * MINUTE, offset, HOUR);
    for (let slot = slotAt(from, offset, HOUR); slot <= last; slot++) {
      const times = slots.filter((polled) => polled === slot).length;
      if (times !== 1) found.push(`store ${id}: ${times} times in slot ${slot - slotAt(NOON, offset, HOUR)}`);
    }
  }
  return found;
}

test('when one of two servers is killed, the other takes over within a minute, and no slot is missed or polled twice', async (t) => {
  const both = await company(t);
  const [one, two] = [both.server('one'), both.server('two')];
  await one.prober.open();
  await one.settle();
  await advanceTogether([one], 30 * SECOND);
  await two.prober.open();
  await advanceTogether([one, two], HOUR);
  assert.deepEqual(flaws(both, NOON), []);
  const shares = [one, two].map(({ prober }) => prober.stats().stores);
  assert.equal(
    shares.every((stores) => stores > 80) && Number(shares[0]) + Number(shares[1]) === 240,
    true,
    String(shares),
  );
  // From now on `two` does nothing, as if it were killed.
  await advanceTogether([one], 50 * SECOND);
  assert.equal(one.prober.stats().stores, 240);
  await advanceTogether([one], HOUR);
  assert.deepEqual(flaws(both, NOON), []);
});

test('a server that was suspended does not poll slots that its peers have polled', async (t) => {
  const both = await company(t);
  const [one, two] = [both.server('one'), both.server('two')];
  await one.prober.open();
  await two.prober.open();
  await advanceTogether([one, two], HOUR);
  await advanceTogether([one], 10 * MINUTE);
  await advanceTogether([one, two], HOUR);
  assert.deepEqual(flaws(both, NOON), []);
});

test('when a server stops, its peers take over at once', async (t) => {
  const { both, one, two } = await twoAtWork(t);
  await two.prober.stop();
  await advanceTogether([one], 15 * SECOND);
  assert.equal(one.prober.stats().stores, 240);
  await advanceTogether([one], 90 * MINUTE);
  assert.deepEqual(flaws(both, NOON), []);
});

test('while the database is unavailable, both servers continue, and each poll is stored once', async (t) => {
  const { both, one, two } = await twoAtWork(t);
  both.registry.away = true;
  both.polls.failure = new Error('away');
  await advanceTogether([one, two], 20 * MINUTE);
  both.registry.away = false;
  both.polls.failure = undefined;
  await advanceTogether([one, two], HOUR);
  assert.deepEqual(flaws(both, NOON), []);
});

test('a killed server that starts again recovers no polls of slots that peers have polled', async (t) => {
  const { both, one, two } = await twoAtWork(t);
  // The database is unavailable for `two`, which is then killed.
  const append = both.polls.append.bind(both.polls);
  let cut = true;
  both.polls.append = async (batch) => {
    if (cut) throw new Error('away');
    await append(batch);
  };
  await advanceTogether([two], 2 * SECOND);
  await advanceTogether([two], 15 * SECOND);
  cut = false;
  await advanceTogether([one], 20 * MINUTE);
  const again = both.server('two');
  await again.prober.open();
  await advanceTogether([one, again], 90 * MINUTE);
  assert.deepEqual(flaws(both, NOON), []);
});
