import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { currencyOf } from '../../../src/domain/sales/currencies.ts';
import { Importer, STORES } from '../../support/importer.ts';
import { parquetFile } from '../../support/parquet.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2023-01-23T12:00:00Z');

/** An importer with the stores a and b. */
async function opened(t: TestContext) {
  const importer = await Importer.open(t);
  await importer.import({ stores: [importer.file('stores.csv', `${STORES}a,,,,,\nb,,,,,\n`)] });
  const sales = () =>
    importer.storage.snapshot(async (snapshot) => {
      const { length, store, hour, local, orders, amount, currency } = await snapshot.sales(1, 9, 0, 2 * NOON);
      return Array.from({ length }, (_, i) => [
        ...[store[i], ((hour[i] as number) - NOON) / HOUR, local[i], orders[i], amount[i]],
        currencyOf(currency[i] as number),
      ]);
    });
  const refused = async (rows: string, header = 'store_id,hour_utc,orders,amount,currency') => {
    const file = importer.file('sales.csv', `${header}\n${rows}\n`);
    const { rejects } = await importer.import({ sales: [file] });
    return rejects.map(({ line, reason }) => `${line}: ${reason}`);
  };
  return { importer, sales, refused };
}

test('amounts become minor units of their currency, exactly', async (t) => {
  const { sales, refused } = await opened(t);
  assert.deepEqual(
    await refused(
      [
        'a,2023-01-23 12:00:00 UTC,7,120.50,USD',
        'a,2023-01-23T13:00Z,,0.1,usd',
        'a,2023-01-23 14:00,0,70368744177.0,JPY',
        'a,2023-01-23 15:00:00.000+00:00,1,1.2340,KWD',
        'b,2023-01-23 12:00,1,9999999999.99,EUR',
        'b,2023-01-23 12:00,2,0,EUR',
      ].join('\n'),
    ),
    ['4: amount "70368744177.0" is not less than 10000000000'],
  );
  assert.deepEqual(await sales(), [
    [0, 0, 0, 7, 12_050, 'USD'],
    [0, 1, 0, -1, 10, 'USD'],
    [0, 3, 0, 1, 1_234, 'KWD'],
    [1, 0, 0, 2, 0, 'EUR'],
  ]);
});

test('wrong rows are refused with their lines and reasons', async (t) => {
  const { importer, sales, refused } = await opened(t);
  assert.deepEqual(
    await refused(
      [
        'c,2023-01-23 12:00,1,1,USD',
        'a,2023-01-23 12:30,1,1,USD',
        'a,2023-01-23 12:00+01:00,1,1,USD',
        'a,2023-02-30 12:00,1,1,USD',
        'a,2023-01-25 19:00,1,1,USD',
        'a,2023-01-23 12:00,1,-5.00,USD',
        'a,2023-01-23 12:00,1,12.345,USD',
        'a,2023-01-23 12:00,1,12.5,JPY',
        'a,2023-01-23 12:00,1,"1,000",USD',
        'a,2023-01-23 12:00,1,1,XYZ',
        'a,2023-01-23 12:00,1,1,',
        'a,2023-01-23 12:00,1.5,1,USD',
        ',2023-01-23 12:00,1,1,USD',
      ].join('\n'),
    ),
    [
      '2: store_id "c" is not a store; the other feeds create stores',
      '3: hour_utc "2023-01-23 12:30" is not the beginning of an hour such as "2026-11-01 13:00:00 UTC"',
      '4: hour_utc "2023-01-23 12:00+01:00" is not the beginning of an hour such as "2026-11-01 13:00:00 UTC"',
      '5: hour_utc "2023-02-30 12:00" is not the beginning of an hour such as "2026-11-01 13:00:00 UTC"',
      '6: hour_utc "2023-01-25 19:00" is in the future',
      '7: amount "-5.00" is negative',
      '8: amount "12.345" has 3 decimals, and USD has at most 2',
      '9: amount "12.5" has 1 decimal, and JPY has none',
      '10: amount "1,000" is not an amount such as "120.50"',
      '11: currency "XYZ" is not a code of ISO 4217 such as "USD"',
      '12: currency "" is not a code of ISO 4217 such as "USD"',
      '13: orders "1.5" is not a whole number',
      '14: store_id is empty',
    ],
  );
  assert.deepEqual(await sales(), []);
  const both = importer.file('both.csv', 'store_id,hour_utc,hour_local,amount,currency\n');
  assert.equal(
    await importer.refusal({ sales: [both] }),
    'both.csv has the columns hour_utc and hour_local, expected one of them',
  );
  const neither = importer.file('neither.csv', 'store_id,amount,currency\n');
  assert.match(
    await importer.refusal({ sales: [neither] }),
    /^neither.csv has no column "hour_utc" or "hour_local"; a sales file needs the columns store_id, amount, currency, and hour_utc or hour_local,/,
  );
});

test('local hours are kept as the clock of the store shows them, and name no zone', async (t) => {
  const { sales, refused } = await opened(t);
  const header = 'store_id,hour_local,amount,currency';
  assert.deepEqual(await refused('a,2023-01-23T12:00,1,USD\na,2023-01-23 12:00 UTC,2,USD', header), [
    '3: hour_local "2023-01-23 12:00 UTC" is not the beginning of an hour such as "2026-11-01 13:00"',
  ]);
  assert.deepEqual(await sales(), [[0, 0, 1, -1, 100, 'USD']]);
});

test('sales come as Parquet, with decimals and timestamps', async (t) => {
  const { importer, sales } = await opened(t);
  const rows = (zone: string) => `
    select 'a' as store_id, timestamp '2023-01-23 12:00:00' as hour_${zone}, 3::integer as orders,
      120.5000::decimal(12, 4) as amount, 'USD' as currency`;
  for (const zone of ['utc', 'local']) {
    const file = await parquetFile(importer, `${zone}.parquet`, rows(zone));
    const { rejects } = await importer.import({ sales: [file] });
    assert.deepEqual(rejects, []);
  }
  assert.deepEqual(await sales(), [
    [0, 0, 0, 3, 12_050, 'USD'],
    [0, 0, 1, 3, 12_050, 'USD'],
  ]);
});
