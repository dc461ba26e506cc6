import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDiskFault, unwritable } from '../lib/errors.ts';

/** Writes a chunk of output; resolves when more is wanted. */
export type Write = (chunk: Uint8Array) => Promise<void>;

/**
 * Connects what `produce` writes, one chunk after the other, to what `consume` reads. If one of them fails, so does the
 * other: a write that the reader will never take rejects.
 *
 * @throws the error of the one that failed first
 */
export async function streamed<T>(
  produce: (write: Write) => Promise<T>,
  consume: (content: Readable) => Promise<void>,
): Promise<T> {
  const content = new PassThrough();
  // A destroyed stream does not call back for the chunk that it held.
  let refuse: (error: Error) => void = () => {};
  let failed: Error | undefined;
  const write: Write = (chunk) =>
    new Promise((resolve, reject) => {
      if (failed !== undefined) return reject(failed);
      refuse = reject;
      content.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  const consumed = consume(content).then(
    () => undefined,
    (error: Error) => {
      failed = error;
      content.destroy();
      refuse(error);
      return error;
    },
  );
  try {
    const result = await produce(write);
    content.end();
    const failure = await consumed;
    if (failure !== undefined) throw failure;
    return result;
  } catch (error) {
    content.destroy(error as Error);
    throw (await consumed) ?? error;
  }
}

/**
 * Writes to a file, or to standard output for `-`. Files appear complete or not at all; devices are written directly.
 *
 * @throws UserError `unwritable` naming the file when the disk does not take it
 */
export async function writeOut(content: Readable, out: string): Promise<void> {
  if (out === '-') {
    await pipeline(content, process.stdout, { end: false });
    return;
  }
  const target = await realpath(out).catch(() => out);
  const found = await stat(target).catch(() => undefined);
  try {
    if (found === undefined || found.isFile()) await replaceFile(content, target);
    else await pipeline(content, createWriteStream(target));
  } catch (error) {
    throw isDiskFault(error) ? unwritable(out, error) : error;
  }
}

async function replaceFile(content: Readable, target: string): Promise<void> {
  const partial = `${target}.${process.pid}.partial`;
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
