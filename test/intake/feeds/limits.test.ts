import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AT, Importer, POLLS, told, ZONES } from '../../support/importer.ts';
import { parquetFile } from '../../support/parquet.ts';

const LIMITS = {
  rows: 1_000,
  unpackedBytes: 100_000,
  unpackedPerByte: 20,
  zones: 3,
  rejects: 1_000,
  rejectBytes: 1_000_000,
};
const row = (i: number): string => `s${i},active,${AT}\n`;
const rows = (count: number): string => Array.from({ length: count }, (_, i) => row(i)).join('');

test('a CSV file of as many rows as the limit is imported, and one of a row more is refused', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.import(
    { polls: [importer.file('full.csv', POLLS + rows(1_000))] },
    { limits: LIMITS },
  );
  assert.equal(imported.summaries[0]?.added, 1_000);
  const message = await importer.refusal(
    { polls: [importer.file('over.csv', POLLS + rows(1_001))] },
    { limits: LIMITS },
  );
  assert.equal(message, 'over.csv has 1001 rows, more than the limit of 1000; split it');
});

test('a gzip file that unpacks to more than the limit is refused', async (t) => {
  const importer = await Importer.open(t);
  const bomb = gzipSync(`${POLLS}${'\n'.repeat(20_000_000)}`);
  assert.ok(bomb.length < 50_000, 'the file itself is small');
  const message = await importer.refusal({ polls: [importer.file('bomb.csv.gz', bomb)] }, { limits: LIMITS });
  assert.equal(message, 'bomb.csv.gz unpacks to more than the limit of 100000 bytes; split it');
});

test('a Parquet file of more rows than the limit is refused by its footer', async (t) => {
  const importer = await Importer.open(t);
  const file = await parquetFile(
    importer,
    'many.parquet',
    `select 'a' as store_id, 'active' as status, timestamp '2023-01-22 12:09:39' as timestamp_utc from range(1001)`,
  );
  const message = await importer.refusal({ polls: [file] }, { limits: LIMITS });
  assert.equal(message, 'many.parquet has 1001 rows, more than the limit of 1000; split it');
});

test('a Parquet file of a few kilobytes that claims millions of rows is refused', async (t) => {
  const importer = await Importer.open(t);
  const file = await parquetFile(
    importer,
    'bomb.parquet',
    `select 'a' as store_id, 'active' as status, timestamp '2023-01-22 12:09:39' as timestamp_utc from range(5000000)`,
  );
  const message = await importer.refusal({ polls: [file] }, { limits: { ...LIMITS, rows: 1e9 } });
  const { size } = statSync(file);
  assert.equal(message, `bomb.parquet claims 5000000 rows in ${size} bytes, more than the limit of 100 rows per byte`);
});

test('a Parquet file whose footer says fewer rows for the file than for its row groups is refused', async (t) => {
  const importer = await Importer.open(t);
  const file = await parquetFile(
    importer,
    'lie.parquet',
    `select 'a' as store_id, 'active' as status, timestamp '2023-01-22 12:09:39' as timestamp_utc from range(5000000)`,
  );
  const bytes = readFileSync(file);
  const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  // Thrift's number 5,000,000, and 1 in as many bytes; the file's own comes before those of the row groups.
  const [honest, lie] = [Buffer.from([0x80, 0xad, 0xe2, 0x04]), Buffer.from([0x82, 0x80, 0x80, 0x00])];
  lie.copy(bytes, bytes.indexOf(honest, footer));
  writeFileSync(file, bytes);
  const message = await importer.refusal({ polls: [file] }, { limits: { ...LIMITS, rows: 1e9 } });
  const { length } = bytes;
  assert.equal(message, `lie.parquet claims 5000000 rows in ${length} bytes, more than the limit of 100 rows per byte`);
});

test('a file of more different time zones than the limit is refused', async (t) => {
  const importer = await Importer.open(t);
  const names = ['UTC', 'Asia/Tokyo', 'Europe/Paris', 'America/Lima'];
  const zones = names.map((name, i) => `s${i},${name}\n`);
  const file = (name: string, content: readonly string[]) => importer.file(name, `${ZONES}${content.join('')}`);
  await importer.import({ zones: [file('three.csv', zones.slice(0, 3))] }, { limits: LIMITS });
  const message = await importer.refusal({ zones: [file('four.csv', zones)] }, { limits: LIMITS });
  assert.equal(message, 'four.csv has more than 3 different time zones; IANA has about 600');
});

test('of bad rows beyond the limit only the number is kept', async (t) => {
  const importer = await Importer.open(t);
  const limits = { ...LIMITS, rejects: 2 };
  const content = `${POLLS}${row(1)}${'bad\n'.repeat(5)}`;
  const imported = await importer.import({ polls: [importer.file('bad.csv', content)] }, { limits });
  assert.deepEqual(told(imported), [
    '3: has 1 field, expected 3',
    '4: has 1 field, expected 3',
    '0: 3 more rows are bad and not listed',
  ]);
  assert.equal(imported.summaries[0]?.rejected, 5);
});

test('bad rows are listed up to a number of bytes, and no reason repeats a value of any length', async (t) => {
  const importer = await Importer.open(t);
  const limits = { ...LIMITS, rejectBytes: 6_000 };
  const long = `a,${'x'.repeat(100_000)},${AT}\n`;
  const imported = await importer.import({ polls: [importer.file('long.csv', POLLS + long.repeat(4))] }, { limits });
  assert.deepEqual(
    imported.rejects.map(({ line, reason, row }) => [line, reason.length, row.length]),
    [
      [2, 500, 2_000],
      [3, 500, 2_000],
      [0, '2 more rows are bad and not listed'.length, 0],
    ],
  );
});
