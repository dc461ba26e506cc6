import { join } from 'node:path';
import { ifThere, makeFolder, readFile, writeWhole } from '../../lib/world/files.ts';
import { newId } from '../../lib/world/random.ts';

const FILE = 'folder-id';

/** The random id of a polls folder, by which the database knows it. Creates the folder and the id if necessary. */
export async function folderId(folder: string): Promise<string> {
  const path = join(folder, FILE);
  const known = await ifThere(readFile(path, 'utf8'));
  if (known) return known;
  const id = newId();
  await makeFolder(folder);
  await writeWhole(path, id);
  return id;
}
