import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AT, Importer, POLLS, told } from '../../support/importer.ts';

const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `s${((from + i) * 7919) % 100_003},active,${AT}\n`).join('');

test('a gzipped file is read as the text in it, whatever its name', async (t) => {
  const importer = await Importer.open(t);
  const zipped = gzipSync(`\uFEFF${POLLS}a,active,${AT}\nbad\n`);
  for (const name of ['polls.csv.gz', 'polls.csv', 'polls']) {
    const imported = await importer.polls(zipped, name);
    assert.deepEqual(told(imported), ['3: has 1 field, expected 3']);
    assert.equal(imported.summaries[0]?.bytes, zipped.length);
  }
  assert.deepEqual((await importer.contents()).polls, ['a 2023-01-22T12:09:39.388 true']);
});

test('a file named .gz that is not compressed is read as it is', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`${POLLS}a,active,${AT}\n`, 'polls.csv.gz');
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('a gzip file of several members is read to its end', async (t) => {
  const importer = await Importer.open(t);
  const members = [
    POLLS.slice(0, 9),
    POLLS.slice(9),
    '',
    rows(0, 30_000),
    'a,act',
    `ive,${AT}\nbad\n`,
    rows(30_000, 40_000),
  ];
  const imported = await importer.polls(Buffer.concat(members.map((member) => gzipSync(member))));
  assert.deepEqual(told(imported), ['30003: has 1 field, expected 3']);
  assert.equal(imported.summaries[0]?.added, 40_001);
});

test('a file of a thousand small members, of which DuckDB passes over half, is read to its end', async (t) => {
  const importer = await Importer.open(t);
  const members = Array.from({ length: 1_000 }, (_, i) => gzipSync(`s${i},active,${AT}\n`));
  const { summaries } = await importer.polls(Buffer.concat([gzipSync(POLLS), ...members]));
  assert.equal(summaries[0]?.added, 1_000);
});

const WHOLE = gzipSync(POLLS + rows(0, 20_000));
const DAMAGED = 'polls.csv.gz is damaged or truncated: it cannot be decompressed to its end';

for (const [where, cut] of [
  ['in its middle', WHOLE.length >> 1],
  ['before its checksum', WHOLE.length - 8],
  ['in its checksum', WHOLE.length - 4],
  ['by its last byte', WHOLE.length - 1],
] as const) {
  test(`a gzip file that is cut off ${where} is refused as a whole`, async (t) => {
    const importer = await Importer.open(t);
    const path = importer.file('polls.csv.gz', WHOLE.subarray(0, cut));
    assert.equal(await importer.refusal({ polls: [path] }), `${DAMAGED} (unexpected end of file)`);
  });
}

test('a small gzip file is refused wherever it is cut off', async (t) => {
  const importer = await Importer.open(t);
  const zipped = gzipSync(`${POLLS}a,active,${AT}\n`);
  for (let cut = 2; cut < zipped.length; cut += 9) {
    const path = importer.file('polls.csv.gz', zipped.subarray(0, cut));
    assert.equal(await importer.refusal({ polls: [path] }), `${DAMAGED} (unexpected end of file)`);
  }
});

test('a second member that is cut off is noticed', async (t) => {
  const importer = await Importer.open(t);
  const second = gzipSync(rows(0, 10));
  for (const cut of [1, 2, 9, 10, second.length - 8]) {
    const path = importer.file('polls.csv.gz', Buffer.concat([WHOLE, second.subarray(0, cut)]));
    assert.match(await importer.refusal({ polls: [path] }), /^polls\.csv\.gz is damaged or truncated/);
  }
});

for (const [what, place] of [
  ['data', WHOLE.length >> 1],
  ['checksum', WHOLE.length - 6],
  ['length', WHOLE.length - 2],
] as const) {
  test(`a gzip file with a wrong ${what} is refused as a whole`, async (t) => {
    const importer = await Importer.open(t);
    const wrong = Buffer.from(WHOLE);
    wrong.writeUInt8(wrong.readUInt8(place) ^ 0xff, place);
    const message = await importer.refusal({ polls: [importer.file('polls.csv.gz', wrong)] });
    assert.ok(message.startsWith(DAMAGED), message);
  });
}

test('a gzip file with something else behind it is refused', async (t) => {
  const importer = await Importer.open(t);
  const spoilt = Buffer.from(gzipSync(rows(0, 10)));
  spoilt.writeUInt8(0, 0);
  for (const rest of ['hello', Buffer.alloc(512), Buffer.from([0x1f]), Buffer.from([0x1f, 0x8b]), spoilt]) {
    const path = importer.file('polls.csv.gz', Buffer.concat([WHOLE, Buffer.from(rest)]));
    assert.match(await importer.refusal({ polls: [path] }), /^polls\.csv\.gz is damaged or truncated/);
  }
});

test('what is gzipped and is no feed is named', async (t) => {
  const importer = await Importer.open(t);
  const message = (content: string | Buffer) =>
    importer.refusal({ polls: [importer.file('polls.csv.gz', gzipSync(content))] });
  const expected = '; expected CSV, gzipped CSV or Parquet';
  assert.equal(await message(''), `polls.csv.gz is an empty file, compressed${expected}`);
  assert.equal(await message(`PAR1${'x'.repeat(99)}`), `polls.csv.gz is a compressed Parquet file${expected}`);
  assert.equal(await message(Buffer.alloc(99)), `polls.csv.gz is a binary file${expected}`);
  assert.equal(
    await message('\n\n'),
    'polls.csv.gz has only blank lines; expected a header with the columns store_id, status, timestamp_utc',
  );
});

test('a carriage return within a line of a gzipped file is told with its line', async (t) => {
  const importer = await Importer.open(t);
  const content = `${POLLS}${rows(0, 60_000)}a,active\r${AT}\n${rows(0, 60_000)}`;
  assert.equal(
    await importer.refusal({ polls: [importer.file('polls.csv.gz', gzipSync(content))] }),
    'polls.csv.gz line 60002: has a carriage return within it; expected lines that end in LF or CRLF',
  );
});

test('no unpacked copy is left behind, whether it was good or bad', async (t) => {
  const importer = await Importer.open(t);
  const folder = temporaryFilesIn(t, dirname(importer.file('tmp/x', '')));
  await importer.polls(WHOLE);
  await importer.refusal({ polls: [importer.file('cut.csv.gz', WHOLE.subarray(0, 30_000))] });
  await importer.refusal({ polls: [importer.file('cr.csv.gz', gzipSync(`${POLLS}a\rb\n`))] });
  assert.deepEqual(readdirSync(folder), ['x']);
});

test('a file that cannot be unpacked since the temporary folder is missing is not refused for it', async (t) => {
  const importer = await Importer.open(t);
  temporaryFilesIn(t, importer.file('file', ''));
  await assert.rejects(importer.polls(WHOLE), { name: 'UserError', code: 'unwritable' });
});

/** Temporary files are in this folder until the end of the test. */
function temporaryFilesIn(t: TestContext, folder: string): string {
  const before = process.env.TMPDIR;
  t.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  process.env.TMPDIR = folder;
  return folder;
}

test('a header that is far larger uncompressed than compressed is still found', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(gzipSync(`${'\n'.repeat(5_000_000)}${POLLS}a,active,${AT}\n`));
  assert.deepEqual((await importer.contents()).stores, ['a']);
});
