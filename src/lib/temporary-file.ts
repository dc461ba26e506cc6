import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm, rmSync } from './world/files.ts';

export interface TemporaryFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** A name for a file in a temporary folder of its own, which `remove` takes away, and so does the end of the program. */
export async function temporaryFile(name: string): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'restaurant-monitor-'));
  // The program may end in the middle of it.
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  return {
    path: join(folder, name),
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      process.off('exit', removeNow);
    },
  };
}
