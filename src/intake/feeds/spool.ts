import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TemporaryFile, temporaryFile } from '../../lib/temporary-file.ts';
import { createWriteStream } from '../../lib/world/files.ts';

/** Spools a stream, such as standard input, to a temporary file, through transforms; `remove` deletes it. */
export async function spool(input: Readable, ...transforms: readonly Transform[]): Promise<TemporaryFile> {
  const file = await temporaryFile('input');
  try {
    await pipeline([input, ...transforms, createWriteStream(file.path)]);
  } catch (error) {
    await file.remove();
    throw error;
  }
  return file;
}
