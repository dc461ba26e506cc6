import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';

interface Lookup {
  readonly resolve: (found: LookupAddress[]) => void;
  readonly reject: (reason: Error) => void;
}

const FOUND: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

test('a lookup that fails late leaves the result of a newer one in the cache', async () => {
  const lookups: Lookup[] = [];
  let elapsed = 0;
  const resolver = new GuardedResolver(
    new AddressGuard(['127.0.0.0/8']),
    () => new Promise((resolve, reject) => lookups.push({ resolve, reject })),
    () => elapsed,
  );
  const first = resolver.addresses('store.test');
  elapsed += 61_000;
  const second = resolver.addresses('store.test');
  lookups[1]?.resolve(FOUND);
  assert.deepEqual(await second, FOUND);
  lookups[0]?.reject(new Error('no name server responds'));
  await assert.rejects(first, /no name server responds/);
  assert.deepEqual(await resolver.addresses('store.test'), FOUND);
  assert.equal(lookups.length, 2, 'the newer result is still cached');
});
