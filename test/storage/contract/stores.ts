import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { UserError } from '../../../src/lib/errors.ts';
import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge, type StagedStore } from '../../support/staging.ts';

const MAY = Date.parse('2023-05-01T00:00:00Z');
const JUNE = Date.parse('2023-06-01T00:00:00Z');

/**
 * Names, labels and probe URLs that a feed brings: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function storesContract(engine: string, open: () => Promise<Storage>): void {
  suite(`stores: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };

    test('a feed creates stores with everything that it says', async (t) => {
      const storage = await opened(t);
      const loop: StagedStore = {
        id: 'loop',
        name: 'Loop “Café”',
        zone: 'America/Chicago',
        probeUrl: 'https://loop.example.com/',
        labels: { city: "St. John's", brand: 'Tacos\\"é' },
      };
      assert.deepEqual(await stores(storage, [loop, { id: 'bare' }]), counts({ added: 2 }));
      assert.deepEqual(await described(storage), [
        ['bare', null, null, null, {}, false],
        ['loop', loop.name, loop.zone, loop.probeUrl, loop.labels, false],
      ]);
    });

    test('what is blank stays as it is, and repeating a feed changes nothing', async (t) => {
      const storage = await opened(t);
      const rows = [
        { id: 'a', name: 'A', zone: 'UTC', probeUrl: 'https://a.example.com/', labels: { b: '1', a: '2' } },
      ];
      await stores(storage, rows);
      const [version, revision] = [await versionOf(storage, 'a'), await revisionOf(storage)];
      assert.deepEqual(await stores(storage, [{ id: 'a' }]), counts({ alreadyThere: 1 }));
      assert.deepEqual(await stores(storage, rows), counts({ alreadyThere: 1 }));
      assert.deepEqual([await versionOf(storage, 'a'), await revisionOf(storage)], [version, revision]);
      assert.deepEqual(await stores(storage, [{ id: 'a', labels: { c: '3', a: '4' } }]), counts({ replaced: 1 }));
      assert.deepEqual(await described(storage), [
        ['a', 'A', 'UTC', 'https://a.example.com/', { a: '4', b: '1', c: '3' }, false],
      ]);
      assert.equal(await versionOf(storage, 'a'), version + 1);
      const key = await keyOf(storage, 'a');
      const same = { name: 'A', labels: { c: '3', b: '1', a: '4' }, probeUrl: 'https://a.example.com/' };
      assert.equal(await storage.changing((writer) => writer.describeStore(key, same)), false, 'the text is canonical');
    });

    test('many stores are found, added, described, moved and deleted at once, and only those that change', async (t) => {
      const storage = await opened(t);
      await stores(storage, [
        { id: 'a', name: 'A', zone: 'UTC', labels: { city: 'Rome' } },
        { id: 'b', name: 'B' },
        { id: 'gone', name: 'Gone' },
      ]);
      const gone = await keyOf(storage, 'gone');
      await storage.changing((writer) => writer.deleteStores([gone]));
      const [versionA, versionGone] = [await versionOf(storage, 'a'), await versionOf(storage, 'gone')];
      const quoted = 'Joe\'s "Café", \\ {"key": 1}\n';
      await storage.changing(async (writer) => {
        const found = await writer.findStores(['b', 'nobody', 'a', 'gone']);
        assert.deepEqual([...found.keys()].sort(), ['a', 'b', 'gone']);
        assert.deepEqual(found.get('a'), await writer.findStore('a'));
        assert.equal(found.get('gone')?.deleted, true);
        const keys = await writer.addStores(['a', 'gone', 'new', quoted]);
        assert.deepEqual([...keys.keys()].sort(), ['a', 'gone', 'new', quoted].sort());
        const keyOfNew = keys.get('new') ?? 0;
        const [a, b] = [found.get('a')?.key ?? 0, found.get('b')?.key ?? 0];
        const changed = await writer.describeStores([
          { key: a, description: { name: 'A', labels: { city: 'Rome' }, probeUrl: null } },
          { key: b, description: { name: null, labels: { note: quoted }, probeUrl: 'https://b.example.com/' } },
          { key: keyOfNew, description: { name: quoted, labels: {}, probeUrl: null } },
        ]);
        assert.deepEqual([...changed].sort(), [b, keyOfNew].sort());
        const zones = [
          { key: a, zone: 'UTC' },
          { key: b, zone: 'Asia/Tokyo' },
          { key: keyOfNew, zone: null },
        ];
        assert.deepEqual([...(await writer.setZones(zones, { instant: JUNE, asked: false }))], [b]);
        assert.deepEqual([...(await writer.setZones([{ key: a, zone: null }], { instant: JUNE, asked: false }))], [a]);
        assert.deepEqual(await writer.zoneVersions(a), [
          { from: Number.NEGATIVE_INFINITY, until: JUNE, zone: 'UTC' },
          { from: JUNE, until: Number.POSITIVE_INFINITY, zone: null },
        ]);
      });
      assert.deepEqual(await described(storage), [
        [quoted, null, null, null, {}, false],
        ['a', 'A', null, null, { city: 'Rome' }, false],
        ['b', null, 'Asia/Tokyo', 'https://b.example.com/', { note: quoted }, false],
        ['gone', 'Gone', null, null, {}, false],
        ['new', quoted, null, null, {}, false],
      ]);
      assert.deepEqual(
        [await versionOf(storage, 'a'), await versionOf(storage, 'gone')],
        [versionA + 1, versionGone + 1],
      );
    });

    test('of several rows of a store the last text of each column wins', async (t) => {
      const storage = await opened(t);
      const rows = [
        { id: 'a', name: 'first', zone: 'UTC', labels: { city: 'Rome', brand: 'Pizza' } },
        { id: 'b', name: 'other' },
        { id: 'a', name: 'second', labels: { city: 'Oslo' } },
        { id: 'a', zone: 'Asia/Tokyo' },
      ];
      assert.deepEqual(await stores(storage, rows), counts({ added: 2, repeated: 2 }));
      assert.deepEqual(await described(storage), [
        ['a', 'second', 'Asia/Tokyo', null, { brand: 'Pizza', city: 'Oslo' }, false],
        ['b', 'other', null, null, {}, false],
      ]);
    });

    test('a changed zone begins at the instant of the import, and a blank one plans nothing', async (t) => {
      const storage = await opened(t);
      await stores(storage, [{ id: 'a', zone: 'UTC' }], MAY);
      assert.deepEqual(await stores(storage, [{ id: 'a', zone: 'Asia/Tokyo' }], JUNE), counts({ replaced: 1 }));
      await stores(storage, [{ id: 'a', name: 'A' }], JUNE + 1);
      const key = await keyOf(storage, 'a');
      assert.deepEqual(await storage.changing((writer) => writer.zoneVersions(key)), [
        { from: Number.NEGATIVE_INFINITY, until: JUNE, zone: 'UTC' },
        { from: JUNE, until: Number.POSITIVE_INFINITY, zone: 'Asia/Tokyo' },
      ]);
    });

    test('a deleted store is restored with what it had', async (t) => {
      const storage = await opened(t);
      await stores(storage, [{ id: 'a', name: 'A', labels: { city: 'Rome' } }]);
      const key = await keyOf(storage, 'a');
      await storage.changing((writer) => writer.deleteStore(key, { withPolls: false }));
      assert.deepEqual(await stores(storage, [{ id: 'a', labels: { brand: 'B' } }]), counts({ added: 1 }));
      assert.deepEqual(await described(storage), [['a', 'A', null, null, { brand: 'B', city: 'Rome' }, false]]);
    });

    test('thousands of stores get their own labels', async (t) => {
      const storage = await opened(t);
      const rows = Array.from({ length: 4_500 }, (_, i) => ({ id: `s${i}`, labels: { number: String(i) } }));
      assert.deepEqual(await stores(storage, rows), counts({ added: 4_500 }));
      const all = await described(storage, 5_000);
      assert.ok(
        all.every(([id, , , , labels]) => id === `s${(labels as { number: string }).number}`),
        'a store has the label of another',
      );
    });

    test('a feed that gives a store too many labels is refused and changes nothing', async (t) => {
      const storage = await opened(t);
      const labels = (prefix: string) =>
        Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${prefix}${i}`, 'x']));
      await stores(storage, [{ id: 'a', labels: labels('p') }]);
      const refused = stores(storage, [
        { id: 'b', name: 'B' },
        { id: 'a', labels: labels('q') },
      ]);
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.message, 'the store "a" would have 60 labels; a store has at most 50');
        return true;
      });
      assert.deepEqual(
        (await described(storage)).map(([id]) => id),
        ['a'],
      );
    });
  });
}

async function stores(storage: Storage, rows: readonly StagedStore[], effectiveFrom = MAY): Promise<MergeCounts> {
  return (await merge(storage, { stores: rows }, effectiveFrom)).stores as MergeCounts;
}

function counts(some: Partial<MergeCounts>): MergeCounts {
  return { added: 0, replaced: 0, alreadyThere: 0, repeated: 0, ...some };
}

/** `[id, name, zone, probeUrl, labels, deleted]` of every store, by id. */
async function described(storage: Storage, limit = 100): Promise<unknown[][]> {
  const records = await storage.snapshot((snapshot) => snapshot.storeRecords('', limit));
  return records.map(({ id, name, zone, probeUrl, labels, deleted }) => [id, name, zone, probeUrl, labels, deleted]);
}

async function keyOf(storage: Storage, id: string): Promise<number> {
  const record = await storage.changing((writer) => writer.findStore(id));
  assert.ok(record !== undefined, `there is no store ${id}`);
  return record.key;
}

async function versionOf(storage: Storage, id: string): Promise<number> {
  const record = await storage.changing((writer) => writer.findStore(id));
  return record?.version ?? 0;
}

function revisionOf(storage: Storage): Promise<number> {
  return storage.snapshot((snapshot) => snapshot.revision());
}
