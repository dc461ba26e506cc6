import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packTar, type TarEntry, unpackTar } from '../../src/backup/tar.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function* of<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

function entry(path: string, ...chunks: string[]): TarEntry {
  const buffers = chunks.map((chunk) => Buffer.from(chunk));
  return { path, bytes: Buffer.concat(buffers).length, content: of(...buffers) };
}

async function packed(...entries: TarEntry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(of(...entries), 0)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function unpacked(archive: AsyncIterable<Uint8Array>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const { path, content } of unpackTar(archive)) {
    let text = '';
    for await (const chunk of content) text += Buffer.from(chunk).toString('latin1');
    found.push([path, text]);
  }
  return found;
}

/** In pieces that end anywhere. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const LONG = 'x'.repeat(1_500);

test('an archive brings its files back, in whatever pieces it comes', async () => {
  const archive = await packed(
    entry('empty'),
    entry('results/a', 'one', 'two'),
    entry('b', LONG),
    entry('c', 'y'.repeat(512)),
  );
  for (const size of [1, 7, 512, 513, 100_000]) {
    assert.deepEqual(await unpacked(pieces(archive, size)), [
      ['empty', ''],
      ['results/a', 'onetwo'],
      ['b', LONG],
      ['c', 'y'.repeat(512)],
    ]);
  }
});

test('tar of the system reads an archive, and writes one that is read', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a.tar'), await packed(entry('results/a', LONG), entry('b', 'two')));
  execFileSync('tar', ['xf', 'a.tar'], { cwd: folder });
  assert.equal(readFileSync(join(folder, 'results', 'a'), 'utf8'), LONG);
  mkdirSync(join(folder, 'other'));
  execFileSync('tar', ['cf', 'b.tar', '--format=ustar', 'b'], { cwd: folder });
  assert.deepEqual(await unpacked(of(readFileSync(join(folder, 'b.tar')))), [['b', 'two']]);
});

test('a file beyond eight gigabytes has its size in the form of GNU tar', async () => {
  const bytes = 2 ** 33 + 5;
  const headers = packTar(of({ path: 'large', bytes, content: of<Uint8Array>() }), 0);
  const { value: header } = await headers.next();
  const files = unpackTar(of(header as Uint8Array));
  const { value: found } = await files.next();
  assert.deepEqual([found?.path, found?.bytes], ['large', bytes]);
  await assert.rejects(headers.next(), /large has 0 bytes, expected 8589934597/);
});

test('what is no archive, is damaged or ends early is refused', async () => {
  const archive = await packed(entry('a', LONG));
  const flipped = Buffer.from(archive);
  flipped[3] = 1;
  for (const bytes of [
    Buffer.from('hello'),
    Buffer.alloc(0),
    archive.subarray(0, 600),
    archive.subarray(0, 2_048),
    flipped,
  ]) {
    await assert.rejects(unpacked(pieces(bytes, 100)), {
      code: 'invalid_input',
      message: /the archive is not a backup, or is damaged/,
    });
  }
});
