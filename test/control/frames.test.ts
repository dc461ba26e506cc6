import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { dataFrame, END_FRAME, framesOf, jsonFrame } from '../../src/control/frames.ts';

const FRAMES = [
  { kind: 'json', value: { name: 'Zoë', list: [1, null] } },
  { kind: 'data', bytes: Buffer.from([0, 255, 10]) },
  { kind: 'data', bytes: Buffer.alloc(0) },
  { kind: 'end' },
];
const BYTES = Buffer.concat([
  jsonFrame({ name: 'Zoë', list: [1, null] }),
  dataFrame(Buffer.from([0, 255, 10])),
  dataFrame(Buffer.alloc(0)),
  END_FRAME,
]);

async function read(bytes: Buffer, size: number) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const frames = [];
  for await (const frame of framesOf(Readable.from(chunks))) frames.push(frame);
  return frames;
}

test('frames read back however the bytes are divided', async () => {
  for (const size of [1, 2, 5, 7, 1_000]) assert.deepEqual(await read(BYTES, size), FRAMES);
});

test('a stream that ends within a frame, or is not made of frames, is an error', async () => {
  await assert.rejects(read(BYTES.subarray(0, -1), 4), /ended within a frame/);
  await assert.rejects(read(Buffer.from('GET / HTTP/1.1\r\n'), 100), /too long/);
  await assert.rejects(read(Buffer.from([0x20, 0, 0, 0, 0]), 100), /no frame of kind 32/);
});
