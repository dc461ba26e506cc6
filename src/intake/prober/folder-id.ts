import { join } from 'node:path';
import { ifThere, mkdir, readFile, rename, syncFolder, writeFile } from '../../lib/world/files.ts';
import { newId } from '../../lib/world/random.ts';

const FILE = 'folder-id';

/** The random id of a polls folder, by which the database knows it. Creates the folder and the id if necessary. */
export async function folderId(folder: string): Promise<string> {
  const path = join(folder, FILE);
  const known = await ifThere(readFile(path, 'utf8'));
  if (known) return known;
  const id = newId();
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.partial`, id, { flush: true });
  await rename(`${path}.partial`, path);
  await syncFolder(folder);
  return id;
}
