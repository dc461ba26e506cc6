import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Importer, told } from '../../support/importer.ts';
import { parquetFile } from '../../support/parquet.ts';

async function polls(t: TestContext, query: string) {
  const importer = await Importer.open(t);
  const path = await parquetFile(importer, 'polls.parquet', query);
  const imported = await importer.import({ polls: [path] });
  return { imported, contents: await importer.contents() };
}

const COLUMNS = `'a' as store_id, 'active' as status`;
const INSTANT = '2023-01-22 12:09:39.388884';

for (const [type, value] of Object.entries({
  text: `'${INSTANT} UTC'`,
  'a timestamp': `timestamp '${INSTANT}'`,
  'a timestamp in milliseconds': `'2023-01-22 12:09:39.388'::timestamp_ms`,
  'a timestamp in nanoseconds': `'${INSTANT}999'::timestamp_ns`,
  'a timestamp with a time zone': `timestamptz '2023-01-22 17:39:39.388884+05:30'`,
})) {
  test(`Parquet: an instant that is ${type}`, async (t) => {
    const { imported, contents } = await polls(t, `select ${COLUMNS}, ${value} as timestamp_utc`);
    assert.deepEqual(told(imported), []);
    assert.deepEqual(contents.polls, ['a 2023-01-22T12:09:39.388 true']);
  });
}

for (const [type, value, id] of [
  ['text', `'8419537941919820732'`, '8419537941919820732'],
  ['a 64-bit integer', '8419537941919820732::bigint', '8419537941919820732'],
  ['an unsigned integer', '18446744073709551615::ubigint', '18446744073709551615'],
  ['a UUID', `'2f9b0d3e-6c1a-4f5e-9d38-0a1b2c3d4e5f'::uuid`, '2f9b0d3e-6c1a-4f5e-9d38-0a1b2c3d4e5f'],
  ['bytes that are text', `'café'::blob`.replace('é', '\\xC3\\xA9'), 'café'],
  ['a decimal without a fraction', '12345678901234567890::decimal(20, 0)', '12345678901234567890'],
] as const) {
  test(`Parquet: a store id that is ${type}`, async (t) => {
    const { contents } = await polls(
      t,
      `select ${value} as store_id, 'active' as status, timestamp '${INSTANT}' as timestamp_utc`,
    );
    assert.deepEqual(contents.stores, [id]);
  });
}

for (const type of ['double', 'float', 'decimal(20,2)']) {
  test(`Parquet: a store id that is ${type} is refused, since not every id fits`, async (t) => {
    const importer = await Importer.open(t);
    const path = await parquetFile(importer, 'ids.parquet', `select 1::${type} as store_id, 'UTC' as timezone_str`);
    assert.equal(
      await importer.refusal({ zones: [path] }),
      `ids.parquet: store_id is ${type.toUpperCase()}, which cannot represent every id; expected text or a whole number`,
    );
  });
}

test('Parquet: days as numbers and times of day as such', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(
    importer,
    'hours.parquet',
    `select 'a' as store_id, 6::tinyint as "dayOfWeek", time '09:00' as start_time_local, time '23:59:59.5' as end_time_local
     union all select 'a', 0, '00:00', '24:00:00'`,
  );
  assert.deepEqual(told(await importer.import({ hours: [path] })), []);
  assert.deepEqual((await importer.contents()).hours, ['a 0 0–86400000', 'a 6 32400000–86399500']);
});

test('Parquet: columns in another order, with others between, named in capitals', async (t) => {
  const { contents } = await polls(
    t,
    `select 1 as n, timestamp '${INSTANT}' as "Timestamp_UTC", [1, 2] as list, 'inactive' as "STATUS", 'a' as "Store_Id"`,
  );
  assert.deepEqual(contents.polls, ['a 2023-01-22T12:09:39.388 false']);
});

test('Parquet: bad rows are told by the number of their row, nulls as empty', async (t) => {
  const { imported, contents } = await polls(
    t,
    `select * from (values
      ('a', 'active', '${INSTANT} UTC'), (null, 'active', '${INSTANT} UTC'), ('b', null, '${INSTANT} UTC'),
      ('c', 'active', null), ('d', 'closed', '2023-01-22'), ('e, "f"', 'active', '${INSTANT} UTC')
    ) as t(store_id, status, timestamp_utc)`,
  );
  assert.deepEqual(told(imported), [
    '2: store_id is empty',
    '3: status "" is neither "active" nor "inactive"',
    '4: timestamp_utc "" is not an instant such as "2023-01-22 12:09:39.388884 UTC"',
    '5: status "closed" is neither "active" nor "inactive"',
  ]);
  assert.equal(imported.rejects[3]?.row, 'd,closed,2023-01-22');
  assert.deepEqual(contents.stores, ['a', 'e, "f"']);
});

test('Parquet: rows keep their numbers and their order over row groups', async (t) => {
  const { imported, contents } = await polls(
    t,
    `select 's' || (i % 1000) as store_id, case when i % 100000 = 77777 then 'bad' when i < 250000 then 'active' else 'inactive' end as status,
       timestamp '${INSTANT}' as timestamp_utc from range(500000) t(i)`,
  );
  assert.deepEqual(
    imported.rejects.map(({ line }) => line),
    [77_778, 177_778, 277_778, 377_778, 477_778],
  );
  assert.equal(contents.polls.length, 1000);
  assert.ok(
    contents.polls.every((poll) => poll.endsWith('false')),
    'the later row wins',
  );
});

test('Parquet: a numeric instant is none, for its unit is unknown', async (t) => {
  const { imported } = await polls(t, `select ${COLUMNS}, 1674389379388 as timestamp_utc`);
  assert.deepEqual(told(imported), [
    '1: timestamp_utc "1674389379388" is not an instant such as "2023-01-22 12:09:39.388884 UTC"',
  ]);
});

test('Parquet: in strict mode the row is named', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(
    importer,
    'z.parquet',
    `select 'a' as store_id, 'UTC' as timezone_str union all select '', 'UTC'`,
  );
  assert.equal(
    await importer.refusal({ zones: [path] }, { strict: true }),
    'z.parquet row 2: store_id is empty; 1 of 2 rows is bad and strict is set, so nothing was imported',
  );
});

test('Parquet: a missing column stops the import, and a swapped feed is recognised', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(importer, 'x.parquet', `select 'a' as store_id, 'UTC' as timezone_str`);
  assert.equal(
    await importer.refusal({ polls: [path] }),
    'x.parquet has no columns "status", "timestamp_utc"; a polls file needs the columns store_id, status, ' +
      'timestamp_utc, its header has store_id, timezone_str (that is a time zones file)',
  );
});

test('Parquet: two columns that mean the same stop the import', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(
    importer,
    'x.parquet',
    `select 'a' as store_id, 0 as day, 1 as "dayOfWeek", '9:00' as start_time_local, '9:00' as end_time_local`,
  );
  assert.equal(await importer.refusal({ hours: [path] }), 'x.parquet has the column "day" more than once');
});

test('Parquet: a file without rows is one with nothing to say', async (t) => {
  const { imported } = await polls(t, `select ${COLUMNS}, timestamp '${INSTANT}' as timestamp_utc limit 0`);
  assert.equal(imported.summaries[0]?.read, 0);
});

test('Parquet: a file that was cut off or is damaged stops the import', async (t) => {
  const importer = await Importer.open(t);
  const query = `select i::varchar as store_id, 'active' as status, timestamp '${INSTANT}' as timestamp_utc from range(9999) t(i)`;
  const whole = readFileSync(await parquetFile(importer, 'whole.parquet', query));
  for (const cut of [4, 8, 12, 1000, whole.length - 1]) {
    const path = importer.file('cut.parquet', whole.subarray(0, cut));
    assert.match(await importer.refusal({ polls: [path] }), /^cut\.parquet is not a valid Parquet file: /);
  }
  const damaged = Buffer.from(whole).fill(0xa5, 200, 2_000);
  const path = importer.file('damaged.parquet', damaged);
  assert.match(await importer.refusal({ polls: [path] }), /^damaged\.parquet is not a valid Parquet file: /);
});

test('Parquet: days are whole numbers of any type, and times of day as people write them', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(
    importer,
    'hours.parquet',
    `select * from (values ('a', 0::double, '9am', '5:30 PM'), ('a', 6.0, '0900', '17.30.00'),
       ('b', 1.5, '09:00', '17:30'), ('b', null, '09:00', '17:30')) t(store_id, day, start_time_local, end_time_local)`,
  );
  const imported = await importer.import({ hours: [path] });
  assert.deepEqual(told(imported), [
    '3: day "1.5" is not one of 0 (Monday) to 6 (Sunday)',
    '4: day "" is not one of 0 (Monday) to 6 (Sunday)',
  ]);
  assert.deepEqual((await importer.contents()).hours, ['a 0 32400000–63000000', 'a 6 32400000–63000000', 'b 8 0–0']);
});

test('Parquet: texts are trimmed and checked as in CSV files', async (t) => {
  const { imported, contents } = await polls(
    t,
    `select unnest([chr(9) || 'a' || chr(160), chr(65279) || 'a', 'b' || chr(0), 'c' || chr(8203) || 'd', '8.4E+18', '=1', null, '-17'])
       as " store_id" , ' Active' || chr(160) as "STATUS ", timestamp '${INSTANT}' as timestamp_utc`,
  );
  assert.deepEqual(told(imported), [
    '3: contains a null character (a NUL byte)',
    '4: store_id contains a control or zero-width character: U+200B',
    '5: store_id "8.4E+18" is in scientific notation: a spreadsheet has rounded it',
    '6: store_id begins with "=", "+", "-" or "@", which makes it a formula in a spreadsheet: expected another id for a new store, or a number such as -17',
    '7: store_id is empty',
  ]);
  assert.deepEqual(contents.stores, ['-17', 'a']);
});
