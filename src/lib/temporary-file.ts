import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export interface TemporaryFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** The path for a file in a new temporary folder. `remove` deletes the folder, and so does the exit of the process. */
export async function temporaryFile(name: string): Promise<TemporaryFile> {
  const { path, remove } = await temporaryFolder();
  return { path: join(path, name), remove };
}
