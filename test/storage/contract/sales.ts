import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { copyStorage } from '../../../src/copy.ts';
import { currencyOf } from '../../../src/domain/sales/currencies.ts';
import type { SalesRatesRecord } from '../../../src/storage/ports/sales-rates.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge } from '../../support/staging.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-02T12:00:00Z');

const NONE = { added: 0, replaced: 0, alreadyThere: 0, repeated: 0 };

/** All sales in a stretch of time, by store key. */
function salesOf(storage: Storage, from = 0, to = Number.MAX_SAFE_INTEGER) {
  return storage.snapshot(async (snapshot) => {
    const { length, store, hour, local, orders, amount, currency } = await snapshot.sales(1, 10, from, to);
    return Array.from({ length }, (_, i) => [
      ...[1 + (store[i] as number), ((hour[i] as number) - NOON) / HOUR, local[i], orders[i], amount[i]],
      currencyOf(currency[i] as number),
    ]);
  });
}

/**
 * Sales and rates: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function salesContract(engine: string, open: () => Promise<Storage>): void {
  suite(`sales: ${engine}`, () => {
    const opened = async (t: TestContext): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      return storage;
    };
    const revisions = (storage: Storage) =>
      storage.snapshot(async (snapshot) => [await snapshot.revision(), await snapshot.salesRevision()]);

    test('sales are added, replaced by store and hour, and known again', async (t) => {
      const storage = await opened(t);
      assert.deepEqual(await revisions(storage), [0, 0]);
      const first = await merge(storage, {
        sales: [
          ['b', NOON, 12_345_678_901_234, 'USD', false, 7],
          ['a', NOON + HOUR, 0, 'JPY'],
          ['a', NOON, 100, 'JPY'],
          ['a', NOON, 150, 'EUR'],
          ['a', NOON, 200, 'EUR', true],
        ],
      });
      assert.deepEqual(first.sales, { ...NONE, added: 4, repeated: 1 });
      const stored = [
        [1, 0, 0, -1, 150, 'EUR'],
        [1, 0, 1, -1, 200, 'EUR'],
        [1, 1, 0, -1, 0, 'JPY'],
        [2, 0, 0, 7, 12_345_678_901_234, 'USD'],
      ];
      assert.deepEqual((await salesOf(storage)).sort(), stored);
      assert.deepEqual(await salesOf(storage, NOON + HOUR, NOON + 2 * HOUR), [stored[2]]);
      const [revision, sales] = await revisions(storage);
      assert.equal(sales, 1);
      const again = await merge(storage, { sales: [['b', NOON, 12_345_678_901_234, 'USD']] });
      assert.deepEqual(again.sales, { ...NONE, alreadyThere: 1 }, 'orders that are not given stay');
      assert.deepEqual(await revisions(storage), [revision, sales]);
      const changed = await merge(storage, {
        sales: [
          ['b', NOON, 1, 'USD', false, 8],
          ['b', NOON + HOUR, 2, 'USD'],
        ],
      });
      assert.deepEqual(changed.sales, { ...NONE, added: 1, replaced: 1 });
      assert.deepEqual((await salesOf(storage)).slice(3), [
        [2, 0, 0, 8, 1, 'USD'],
        [2, 1, 0, -1, 2, 'USD'],
      ]);
      assert.deepEqual(await storage.snapshot((snapshot) => snapshot.salesRange()), { from: NOON, to: NOON + HOUR });
    });

    test('sales go with the polls of their time, and with all polls of their store', async (t) => {
      const storage = await opened(t);
      assert.equal(await storage.snapshot((snapshot) => snapshot.salesRange()), undefined);
      const week = 7 * 24 * HOUR;
      await merge(storage, {
        sales: [
          ['a', NOON - week, 1, 'USD'],
          ['a', NOON, 2, 'USD'],
          ['b', NOON, 3, 'USD'],
        ],
      });
      // A Monday, where a partition of PostgreSQL begins.
      await storage.prune(Date.parse('2026-11-02T00:00:00Z'));
      assert.deepEqual(
        (await salesOf(storage)).map(([store]) => store),
        [1, 2],
      );
      await storage.changing((writer) => writer.deleteStore(1, { withPolls: true }));
      assert.deepEqual(await salesOf(storage), [[2, 0, 0, -1, 3, 'USD']]);
      assert.equal((await storage.contents()).rows.sales, 1);
    });

    test('a copy has the same sales and rates', async (t) => {
      const [storage, copy] = [await opened(t), await opened(t)];
      await merge(storage, {
        sales: [
          ['a', NOON, 2, 'USD', true, 5],
          ['b', NOON + 21 * 24 * HOUR, 3, 'CLF'],
        ],
      });
      const rates: SalesRatesRecord = {
        ...{ groupLabels: ['brand', 'city'], version: 3, changedAt: NOON },
        constants: [{ label: ['brand', 'Bella "é"'], amount: '120.50', currency: 'USD' }],
      };
      assert.deepEqual((await storage.salesRates.rates()).version, 0);
      await storage.salesRates.changing((changes) => changes.save({ ...rates, version: 2 }));
      await storage.salesRates.changing((changes) => changes.save(rates));
      await copyStorage(storage, copy, () => {});
      assert.deepEqual(await salesOf(copy), await salesOf(storage));
      assert.equal((await salesOf(copy)).length, 2);
      assert.deepEqual(await copy.salesRates.rates(), rates);
    });
  });
}
