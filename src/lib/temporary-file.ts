import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm, rmSync } from './world/files.ts';

export interface TemporaryFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** The path for a file in a new temporary folder. `remove` deletes the folder, and so does the exit of the process. */
export async function temporaryFile(name: string): Promise<TemporaryFile> {
  const folder = await mkdtemp(join(tmpdir(), 'restaurant-monitor-'));
  // The process may exit before `remove` is called.
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
