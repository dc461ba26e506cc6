import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Peers } from '../../../src/intake/prober/peers.ts';
import { offsetOf, slotAt, slotStart } from '../../../src/intake/prober/slots.ts';

const HOUR = 3_600_000;
const intervals = fc.integer({ min: 60_000, max: 86_400_000 });
const instants = fc.integer({ min: 0, max: 4e12 });

test('a store is due once in every interval, at its own offset', () => {
  fc.assert(
    fc.property(fc.string(), intervals, instants, (id, interval, instant) => {
      const offset = offsetOf(id, interval);
      assert.equal(0 <= offset && offset < interval, true);
      const slot = slotAt(instant, offset, interval);
      const start = slotStart(slot, offset, interval);
      assert.equal(start <= instant && instant < start + interval, true);
      assert.equal(slotAt(start, offset, interval), slot);
      assert.equal(slotAt(start - 1, offset, interval), slot - 1);
      assert.equal((((start - offset) % interval) + interval) % interval, 0);
    }),
  );
});

test('the offset of a store never changes', () => {
  assert.deepEqual(
    ['8419537941919820732', 'a', ''].map((id) => offsetOf(id, HOUR)),
    [680_212, 372_694, 2_408_119],
  );
});

for (const [kind, id] of [
  ['counted', (i: number) => String(i)],
  ['64-bit', (i: number) => String(8_419_537_941_919_820_732n + BigInt(i) * 7_919n)],
  ['prefixed', (i: number) => `store-${i}-chicago`],
] as const) {
  test(`ids that are ${kind} are spread evenly over the minutes of an hour`, () => {
    const stores = 60_000;
    const minutes = new Array<number>(60).fill(0);
    for (let i = 0; i < stores; i++) {
      const minute = Math.floor(offsetOf(id(i), HOUR) / 60_000);
      minutes[minute] = (minutes[minute] ?? 0) + 1;
    }
    // The standard deviation is 32; the limits are five times that.
    assert.equal(Math.min(...minutes) > 840 && Math.max(...minutes) < 1_160, true, minutes.join(' '));
  });
}

test('each store is assigned to one peer, evenly, and a peer that leaves moves only its own stores', async () => {
  const ids = ['one', 'two', 'three'];
  const shares = await Promise.all(ids.map((id) => shareOf(id, ids)));
  const without = await Promise.all(['one', 'three'].map((id) => shareOf(id, ['one', 'three'])));
  let moved = 0;
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    const owners = shares.map((share) => share.owns(`store ${i}`));
    assert.equal(owners.filter(Boolean).length, 1);
    const owner = owners.indexOf(true);
    counts[owner] = (counts[owner] ?? 0) + 1;
    const [one, three] = without.map((share) => share.owns(`store ${i}`));
    assert.notEqual(one, three);
    if (owner === 1) moved++;
    else assert.equal(owner === 0 ? one : three, true);
  }
  assert.equal(Math.min(...counts) > 9_500 && moved === counts[1], true, counts.join(' '));
});

async function shareOf(me: string, ids: readonly string[]): Promise<Peers> {
  const peers = ids.map((id) => ({ id, joinedAt: 0, seenAt: 0 }));
  const self = new Peers({ heartbeat: async () => peers, leave: async () => {} }, me, 0);
  await self.heartbeat(0);
  return self;
}
