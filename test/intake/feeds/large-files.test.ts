import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AT, Importer, POLLS, told } from '../../support/importer.ts';

/**
 * A file of polls of four stores at one instant each, in which a store's last good row alone says `inactive`. The
 * lines in `odd` are something else. Longer than three of the buffers of 32 MB that DuckDB gives to its threads.
 */
function largeFile(rows: number, odd: ReadonlyMap<number, string | Buffer>, note: string): Buffer {
  const block = (from: number, to: number): string => {
    const lines: string[] = [];
    for (let i = from; i < to; i++) lines.push(`s${i & 3},${i < rows - 4 ? 'active' : 'inactive'},${AT},${note}\n`);
    return lines.join('');
  };
  const parts: (string | Buffer)[] = [POLLS.replace('\n', ',note\n')];
  let next = 0;
  for (const [line, text] of odd) {
    parts.push(block(next, line - 2), text, '\n');
    next = line - 1;
  }
  parts.push(block(next, rows));
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

const NOTE = 'x'.repeat(250);
const ROWS = 330_000;

test('line numbers, row order and counts hold over all buffers of a large file', async (t) => {
  const importer = await Importer.open(t);
  const odd = new Map<number, string | Buffer>();
  const expected: string[] = [];
  let blank = 0;
  for (let line = 2; line < ROWS; line += 3_331) {
    const kind = (line >> 1) % 5;
    if (kind === 0) odd.set(line, Buffer.from('caf\xe9', 'latin1'));
    else if (kind === 1) odd.set(line, '');
    else if (kind === 2) odd.set(line, `"s${line % 4}", active ,"${AT}",""`);
    else if (kind === 3) odd.set(line, 'x'.repeat(2_500));
    else odd.set(line, `s,open,${AT},`);
    if (kind === 0) expected.push(`${line}: is not UTF-8`);
    if (kind === 1) blank++;
    if (kind === 3) expected.push(`${line}: has 1 field, expected 4`);
    if (kind === 4) expected.push(`${line}: status "open" is neither "active" nor "inactive"`);
  }
  const content = largeFile(ROWS, odd, NOTE);
  assert.ok(content.length > 3 * 32_000_000 - 1_000_000, String(content.length));
  const imported = await importer.polls(content);
  assert.deepEqual(told(imported), expected);
  const [summary] = imported.summaries;
  assert.equal(summary?.read, ROWS - blank);
  assert.equal(summary?.repeated, ROWS - blank - expected.length - 4);
  const state = 'false';
  assert.deepEqual(
    (await importer.contents()).polls,
    [0, 1, 2, 3].map((store) => `s${store} 2023-01-22T12:09:39.388 ${state}`),
  );
});

test('the first, the second and the last line of a large file are told right', async (t) => {
  const importer = await Importer.open(t);
  const rows = 250_000;
  const odd = new Map([2, 3, 4, 122_880, 122_881, 204_800, rows, rows + 1].map((line) => [line, 'bad']));
  const imported = await importer.polls(largeFile(rows, odd, ''));
  assert.deepEqual(
    imported.rejects.map(({ line }) => line),
    [...odd.keys()],
  );
});

test('a large gzipped file keeps its lines and its order', async (t) => {
  const importer = await Importer.open(t);
  const rows = 250_000;
  const odd = new Map<number, string | Buffer>([
    [5, Buffer.from([0xff])],
    [100_000, 'bad'],
    [200_000, Buffer.from([0xff])],
    [240_000, 'bad'],
  ]);
  const imported = await importer.polls(gzipSync(largeFile(rows, odd, ''), { level: 1 }));
  assert.deepEqual(told(imported), [
    '5: is not UTF-8',
    '100000: has 1 field, expected 4',
    '200000: is not UTF-8',
    '240000: has 1 field, expected 4',
  ]);
  assert.ok((await importer.contents()).polls.every((poll) => poll.endsWith('false')));
});

test('a file in which every one of 130,000 rows is bad is told row by row', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(POLLS + 'a,open,x\n'.repeat(130_000));
  assert.ok(imported.rejects.every(({ line }, i) => line === i + 2));
  assert.deepEqual([imported.rejects.length, imported.summaries[0]?.rejected], [130_000, 130_000]);
});

test('an over-long line at a buffer’s edge harms no other row', async (t) => {
  const importer = await Importer.open(t);
  const odd = new Map([
    [110_000, 'y'.repeat(2_100_000)],
    [110_001, 'bad'],
    [111_000, 'y'.repeat(7_000_000)],
    [120_000, 'bad'],
  ]);
  const imported = await importer.polls(largeFile(150_000, odd, NOTE));
  assert.deepEqual(told(imported), [
    '110000: is longer than 2000000 bytes',
    '110001: has 1 field, expected 4',
    '111000: is longer than 2000000 bytes',
    '120000: has 1 field, expected 4',
  ]);
  assert.equal(imported.summaries[0]?.read, 150_000);
});

test('no line is lost where DuckDB divides a large file, however its lines end', async (t) => {
  // Rows of 64 bytes with their line end: the pieces of 8,000,000 bytes begin with a row, or one byte beside it.
  const rows = 260_000;
  for (const [name, lineEnd, shift] of [
    ['lf', '\n', 0],
    ['lf, one byte on', '\n', 1],
    ['crlf', '\r\n', 0],
    ['crlf, one byte on', '\r\n', 1],
    ['mixed', '\n', 1],
  ] as const) {
    const importer = await Importer.open(t);
    const lines = Array.from({ length: rows }, (_, i) =>
      `${4068672283533098669n + BigInt(i)},inactive,${AT}`.padEnd(64 - lineEnd.length),
    );
    lines.unshift('store_id,status,timestamp_utc'.padEnd(64 - lineEnd.length + shift));
    if (name === 'mixed') lines[rows / 2] += '\r';
    const polls = importer.file('polls.csv', lines.join(lineEnd));
    const { summaries } = await importer.import({ polls: [polls] });
    assert.deepEqual([summaries[0]?.read, summaries[0]?.added], [rows, rows], name);
  }
});
