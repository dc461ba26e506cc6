import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

async function opened(t: TestContext) {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  const clock = { now: 0 };
  let looks = 0;
  const counted: Pick<Storage, 'snapshot'> = {
    snapshot: <R>(work: (snapshot: Snapshot) => Promise<R>) => {
      looks++;
      return storage.snapshot(work);
    },
  };
  const directory = new StoreDirectory({ storage: counted, elapsed: () => clock.now });
  const add = (...ids: string[]) => merge(storage, { polls: ids.map((id) => [id, T, true]) });
  const ids = async () => (await directory.current()).entries.map(({ id }) => id);
  return { storage, directory, clock, add, ids, looks: () => looks };
}

test('stores are sorted by code unit, however the storage sorts their bytes', async (t) => {
  const { directory, add } = await opened(t);
  await add('b', '\u{ff21}', '🍕', 'B', 'a');
  const { entries, byId } = await directory.current();
  assert.deepEqual(
    entries.map(({ id }) => id),
    ['B', 'a', 'b', '🍕', '\u{ff21}'],
  );
  assert.equal(byId.get('🍕'), entries[3]);
});

test('a directory with more stores than one read returns has all of them', async (t) => {
  const { storage, ids } = await opened(t);
  await storage.importing(async (session) => {
    await session.staging.run('create temp table s as select i::varchar as store_id from range(25000) t(i)');
    await session.nameStores('s');
  });
  assert.equal(new Set(await ids()).size, 25_000);
});

test('changes of other processes appear within a second, those of this process at once', async (t) => {
  const { directory, clock, add, ids } = await opened(t);
  assert.deepEqual(await ids(), []);
  await add('a');
  clock.now = 999;
  assert.deepEqual(await ids(), []);
  clock.now = 1_000;
  assert.deepEqual(await ids(), ['a']);
  await add('b');
  directory.changed();
  assert.deepEqual(await ids(), ['a', 'b']);
});

test('without changes, the directory stays the same object and is rarely read', async (t) => {
  const { directory, clock, add, looks } = await opened(t);
  await add('a');
  const first = await directory.current();
  assert.equal(await directory.current(), first);
  assert.equal(looks(), 1);
  clock.now = 5_000;
  const many = await Promise.all(Array.from({ length: 10 }, () => directory.current()));
  assert.ok(
    many.every((one) => one === first),
    'all get the same directory',
  );
  assert.equal(looks(), 2);
});

test('a change reported during a read is visible to later calls', async (t) => {
  const { directory, add, ids } = await opened(t);
  const before = ids();
  await add('late');
  directory.changed();
  assert.deepEqual(await ids(), ['late']);
  await before;
});
