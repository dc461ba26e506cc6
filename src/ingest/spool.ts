import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface TemporaryFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Spools a stream, such as standard input, to a temporary file; `remove` takes it away again. */
export async function spool(input: Readable, transform: Transform = new PassThrough()): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'restaurant-monitor-'));
  // The program may end in the middle of it.
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeNow);
  };
  const path = join(folder, 'input');
  try {
    await pipeline(input, transform, createWriteStream(path));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}
