import { createWriteStream } from 'node:fs';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TemporaryFile, temporaryFile } from '../temporary-file.ts';

/** Spools a stream, such as standard input, to a temporary file; `remove` takes it away again. */
export async function spool(input: Readable, transform: Transform = new PassThrough()): Promise<TemporaryFile> {
  const file = await temporaryFile('input');
  try {
    await pipeline(input, transform, createWriteStream(file.path));
  } catch (error) {
    await file.remove();
    throw error;
  }
  return file;
}
