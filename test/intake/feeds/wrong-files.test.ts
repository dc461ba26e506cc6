import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AT, HOURS, Importer, POLLS, ZONES } from '../../support/importer.ts';

const KINDS = 'expected CSV, gzipped CSV or Parquet';
const NEEDS = 'a polls file needs the columns store_id, status, timestamp_utc, its header has';

/** Files that are no polls, and what is said of them. */
const WRONG: Readonly<Record<string, readonly [content: string | Buffer, message: string]>> = {
  'an empty file': ['', `is empty; ${KINDS} with the columns store_id, status, timestamp_utc`],
  'blank lines only': [
    '\n\r\n   \n',
    'has only blank lines; expected a header with the columns store_id, status, timestamp_utc',
  ],
  'a byte order mark only': [
    '\uFEFF',
    'has only blank lines; expected a header with the columns store_id, status, timestamp_utc',
  ],
  'a ZIP archive': [Buffer.from('PK\x03\x04xx', 'latin1'), `is a ZIP archive or a spreadsheet; ${KINDS}`],
  'UTF-16, little-endian': [Buffer.from(`\uFEFF${POLLS}`, 'utf16le'), `is UTF-16 text, not UTF-8; ${KINDS}`],
  'UTF-16, big-endian': [Buffer.from(`\uFEFF${POLLS}`, 'utf16le').swap16(), `is UTF-16 text, not UTF-8; ${KINDS}`],
  'UTF-16 without a byte order mark': [Buffer.from(POLLS, 'utf16le'), `is a binary file; ${KINDS}`],
  'binary data': [Buffer.from([1, 2, 3, 0, 5]), `is a binary file; ${KINDS}`],
  Zstandard: [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1]), `is compressed with Zstandard; ${KINDS}`],
  bzip2: ['BZh91AY&SY', `is compressed with bzip2; ${KINDS}`],
  xz: [Buffer.from('\xfd7zXZ\0', 'latin1'), `is compressed with xz; ${KINDS}`],
  'rows without a header': [
    `a,active,${AT}\n`,
    `has no columns "store_id", "status", "timestamp_utc"; ${NEEDS} a, active, 2023-01-22 12:09:39.388884 UTC`,
  ],
  'one missing column': ['store_id,status,time\n', `has no column "timestamp_utc"; ${NEEDS} store_id, status, time`],
  'one missing column between semicolons': [
    'store_id;status;time\n',
    `has no column "timestamp_utc"; ${NEEDS} store_id, status, time`,
  ],
  'a column twice': ['store_id,status,timestamp_utc,Status\n', 'has the column "status" more than once'],
  'control characters': [
    '\x1b[31mred\x07\n',
    `has no columns "store_id", "status", "timestamp_utc"; ${NEEDS} ?[31mred?`,
  ],
  'business hours': [
    HOURS,
    `has no columns "status", "timestamp_utc"; ${NEEDS} store_id, day, start_time_local, end_time_local ` +
      '(that is a business hours file)',
  ],
  'time zones': [
    ZONES,
    `has no columns "status", "timestamp_utc"; ${NEEDS} store_id, timezone_str (that is a time zones file)`,
  ],
};

for (const [kind, [content, message]] of Object.entries(WRONG)) {
  test(`refuses ${kind} instead of polls`, async (t) => {
    const importer = await Importer.open(t);
    assert.equal(await importer.refusal({ polls: [importer.file('x.csv', content)] }), `x.csv ${message}`);
  });
}

test('recognises polls that are given as hours or as zones', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('x.csv', POLLS);
  for (const feed of ['hours', 'zones'] as const) {
    assert.match(await importer.refusal({ [feed]: [path] }), /\(that is a polls file\)$/);
  }
});

test('day and dayOfWeek in one file are one column too many', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('x.csv', 'store_id,day,dayOfWeek,start_time_local,end_time_local\n');
  assert.equal(await importer.refusal({ hours: [path] }), 'x.csv has the column "day" more than once');
});

test('names a file, a pattern and a folder that hold nothing', async (t) => {
  const importer = await Importer.open(t);
  const at = (name: string) => join(importer.folder, name);
  mkdirSync(at('empty'));
  assert.equal(await importer.refusal({ polls: [at('none.csv')] }), `there is no file ${at('none.csv')}`);
  assert.equal(await importer.refusal({ polls: [at('*.csv')] }), `no file matches ${at('*.csv')}`);
  assert.equal(
    await importer.refusal({ polls: [at('empty')] }),
    `the folder ${at('empty')} has no .csv, .csv.gz or .parquet file`,
  );
});

test('a link in a folder that leads nowhere cannot be read', async (t) => {
  const importer = await Importer.open(t);
  mkdirSync(join(importer.folder, 'in'));
  symlinkSync(join(importer.folder, 'gone'), join(importer.folder, 'in/x.csv'));
  assert.equal(
    await importer.refusal({ polls: [join(importer.folder, 'in')] }),
    'x.csv cannot be read: no such file or directory',
  );
});

test('a named pipe is not waited for', async (t) => {
  const importer = await Importer.open(t);
  const path = join(importer.folder, 'pipe.csv');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  assert.equal(await importer.refusal({ polls: [path] }), 'pipe.csv is not a regular file; - reads standard input');
});

test('a line of tens of megabytes, which DuckDB passes over in silence, stops the import', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('x.csv', `${POLLS}a,active,${AT}\n${'x'.repeat(33_000_000)}\nb,active,${AT}\n`);
  assert.equal(
    await importer.refusal({ polls: [path] }),
    'x.csv line 3: is longer than 8 MB, so this is not a feed file',
  );
});

test('a wrong file among good ones stops the import before it starts', async (t) => {
  const importer = await Importer.open(t);
  const good = importer.file('good.csv', `${POLLS}a,active,${AT}\n`);
  const wrong = importer.file('wrong.csv', 'store_id\n');
  assert.match(await importer.refusal({ polls: [good, wrong] }), /^wrong\.csv has no column/);
});
