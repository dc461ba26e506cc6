import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { AuditLog } from '../../src/accounts/audit.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { StoreWriter } from '../../src/storage/ports/stores.ts';
import { type BatchedChange, changeStores } from '../../src/stores/batch.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';

const NOON = Date.parse('2026-11-18T18:00:00Z');

/** A database, and what changes its stores. `onCall` gets the name of each call of the writer. */
async function opened(t: TestContext, onCall: (name: string) => void = () => {}) {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  const watched = (writer: StoreWriter) =>
    new Proxy(writer, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          onCall(String(name));
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const changing: Storage['changing'] = (work) => storage.changing((writer) => work(watched(writer)));
  const parts = {
    storage: { changing } as Storage,
    directory: new StoreDirectory({ storage, elapsed: () => 0 }),
    now: () => NOON,
    audit: new AuditLog(storage.accounts, () => NOON),
  };
  const change = (changes: readonly BatchedChange[], signal = new AbortController().signal) =>
    changeStores(parts, OPEN, changes, { create: true, dryRun: false }, signal);
  const count = async () => (await storage.snapshot((snapshot) => snapshot.stores())).ids.length;
  return { change, count };
}

const STORES: readonly BatchedChange[] = Array.from({ length: 1_000 }, (_, i) => ({
  id: `s${i}`,
  change: { name: `Store ${i}`, zone: 'America/New_York', labels: { city: `City ${i % 50}` } },
  deleted: undefined,
}));

test('as many stores as a request may have are written in a few calls', async (t) => {
  const calls: string[] = [];
  const { change, count } = await opened(t, (name) => calls.push(name));
  assert.deepEqual(await change(STORES), { created: 1_000, changed: 0, unchanged: 0, failures: [] });
  assert.equal(await count(), 1_000);
  assert.deepEqual(calls, ['findStores', 'addStores', 'describeStores', 'setZones', 'addAudits']);
});

test('nothing is written for a request that is over before the commit', async (t) => {
  const over = new AbortController();
  const { change, count } = await opened(t, (name) => {
    if (name === 'addAudits') over.abort(new Error('the response is due'));
  });
  await assert.rejects(change(STORES.slice(0, 10), over.signal), /the response is due/);
  assert.equal(await count(), 0);
});
