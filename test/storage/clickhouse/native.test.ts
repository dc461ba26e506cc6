import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeBlocks,
  encodeBlock,
  type NativeBlock,
  type NativeColumn,
} from '../../../src/storage/clickhouse/native.ts';
import { POLL_COLUMNS } from '../../../src/storage/clickhouse/tables.ts';

/** The bytes in chunks that end after these positions. */
async function* chunked(bytes: Uint8Array, ends: readonly number[] = []): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const end of [...ends.filter((end) => end < bytes.length).sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, end);
    from = end;
  }
}

async function decoded(stream: AsyncIterable<Uint8Array>, columns: readonly NativeColumn[]): Promise<NativeBlock[]> {
  const blocks: NativeBlock[] = [];
  for await (const block of decodeBlocks(stream, columns)) blocks.push(block);
  return blocks;
}

const poll = fc.record({
  key: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  instant: fc.maxSafeInteger(),
  active: fc.constantFrom(0, 1),
  reason: fc.string({ unit: 'grapheme', maxLength: 200 }),
  change: fc.constantFrom(-1, 0, 1),
  rev: fc.maxSafeNat(),
});

test('what is encoded is decoded again, wherever the chunks of the stream end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(poll)), fc.array(fc.nat(3_000)), async (blocks, ends) => {
      const given = blocks.map((polls) => ({
        rows: polls.length,
        values: [
          Int32Array.from(polls, ({ key }) => key),
          Float64Array.from(polls, ({ instant }) => instant),
          Uint8Array.from(polls, ({ active }) => active),
          polls.map(({ reason }) => reason),
          Int8Array.from(polls, ({ change }) => change),
          Float64Array.from(polls, ({ rev }) => rev),
        ],
      }));
      const bytes = Buffer.concat(given.map((block) => encodeBlock(POLL_COLUMNS, block)));
      assert.deepEqual(
        await decoded(chunked(bytes, ends), POLL_COLUMNS),
        given.filter(({ rows }) => rows > 0),
      );
    }),
  );
});

test('a block has the bytes of the format: counts, then each column with its name and type', () => {
  const columns = [
    { name: 'k', type: 'Int32' },
    { name: 't', type: 'Int64' },
    { name: 'reason', type: 'String' },
  ] as const;
  const block = { rows: 2, values: [Int32Array.of(1, -2), Float64Array.of(3, -1), ['', 'é']] };
  assert.equal(
    encodeBlock(columns, block).toString('hex'),
    [
      ...['03', '02'],
      ...['01', '6b', '05', '496e743332', '01000000', 'feffffff'],
      ...['01', '74', '05', '496e743634', '0300000000000000', 'ffffffffffffffff'],
      ...['06', '726561736f6e', '06', '537472696e67', '00', '02', 'c3a9'],
    ].join(''),
  );
});

test('64-bit values can be read as words', async () => {
  const columns = [{ name: 'poll', type: 'UInt64' }] as const;
  const bytes = encodeBlock(columns, { rows: 2, values: [Float64Array.of(7 * 2 ** 32 + 5, 2 ** 31)] });
  const [block] = await decoded(chunked(bytes, [9, 20]), [{ name: 'poll', type: 'UInt64', words: true }]);
  assert.deepEqual(block, { rows: 2, values: [Int32Array.of(5, 7, -(2 ** 31), 0)] });
});

test('a result that is cut off, or ends with the message of a server that failed, is an error that names it', async () => {
  const columns = [{ name: 'k', type: 'Int32' }] as const;
  const bytes = encodeBlock(columns, { rows: 3, values: [Int32Array.of(1, 2, 3)] });
  for (let length = 1; length < bytes.length; length++) {
    await assert.rejects(decoded(chunked(bytes.subarray(0, length)), columns), { code: 'unavailable' }, `${length}`);
  }
  const message = 'Code: 241. DB::Exception: Memory limit (total) exceeded';
  for (const cut of [[], [bytes.length + 3]]) {
    await assert.rejects(decoded(chunked(Buffer.concat([bytes, Buffer.from(message)]), cut), columns), {
      code: 'unavailable',
      message: /ClickHouse ended the result: .*Memory limit \(total\) exceeded/,
    });
  }
});

test('columns of other names or types are not read', async () => {
  const bytes = encodeBlock([{ name: 'k', type: 'Int32' }], { rows: 1, values: [Int32Array.of(1)] });
  for (const column of [
    { name: 'key', type: 'Int32' },
    { name: 'k', type: 'Int64' },
  ] as const) {
    await assert.rejects(decoded(chunked(bytes), [column]), { code: 'unavailable' });
  }
});
