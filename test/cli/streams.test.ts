import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { streamed, type Write, writeOut } from '../../src/cli/streams.ts';

const CHUNK = Buffer.alloc(64 * 1024, 1);

/** More than a stream holds. */
async function muchOf(write: Write): Promise<string> {
  for (let i = 0; i < 20; i++) await write(CHUNK);
  return 'written';
}

test('what is produced is consumed', async () => {
  let bytes = 0;
  const result = await streamed(muchOf, async (content) => {
    bytes = (await buffer(content)).length;
  });
  assert.deepEqual({ result, bytes }, { result: 'written', bytes: 20 * CHUNK.length });
});

test('if the consumer fails at once or in the middle, the producer ends and the reason is reported', async () => {
  const failure = new Error('the folder is not empty');
  await assert.rejects(
    streamed(muchOf, () => Promise.reject(failure)),
    failure,
  );
  const afterSome = streamed(muchOf, async (content) => {
    for await (const _ of content) throw failure;
  });
  await assert.rejects(afterSome, failure);
});

test('if the producer fails, the consumer ends and the reason is reported', async () => {
  const failure = new Error('the database is away');
  const read = streamed(
    async (write) => {
      await write(CHUNK);
      throw failure;
    },
    async (content) => void (await buffer(content)),
  );
  await assert.rejects(read, failure);
});

test('a full disk is named', async () => {
  const written = streamed(muchOf, (content) => writeOut(content, '/dev/full'));
  await assert.rejects(written, {
    code: 'unwritable',
    message: '/dev/full cannot be written: no space left on device',
  });
});
