import { createHash } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLocked, lock, makeFolder, mkdtemp, readdir, rm, rmSync } from './world/files.ts';
import type { Lock } from './world/ports.ts';
import { newId } from './world/random.ts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
  removeSync(): void;
}

/** What the names of this host's temporary folders begin with. Other hosts may share the parent folder. */
const PREFIX = `restaurant-monitor-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;
const LOCK = '.lock';

/** Deletes each folder of this process. It may exit before they are removed. */
const removals = new Set<() => void>();
process.once('exit', () => {
  for (const remove of removals) remove();
});

/**
 * Creates an empty temporary folder. `remove` deletes it, and so does the exit of the process. Beside it is a file that is
 * locked while the process runs, by which `clearTemporaryFolders` recognizes the folders of processes that were killed.
 *
 * @param parent created when needed; default: the system's folder for temporary files
 */
export async function temporaryFolder(parent = tmpdir()): Promise<TemporaryFolder> {
  await makeFolder(parent);
  const name = `${PREFIX}${newId().slice(0, 8)}`;
  // The lock comes first, so that no other process finds the folder without it. Without sockets, there is no lock, and
  // the folder of a killed process stays.
  const held: Lock | undefined = await lock(join(parent, `${name}${LOCK}`)).catch(() => undefined);
  try {
    const path = await mkdtemp(join(parent, `${name}-`));
    const removeSync = () => {
      rmSync(path, { recursive: true, force: true });
      held?.release();
      removals.delete(removeSync);
    };
    removals.add(removeSync);
    const remove = async () => {
      await rm(path, { recursive: true, force: true });
      removeSync();
    };
    return { path, remove, removeSync };
  } catch (error) {
    held?.release();
    throw error;
  }
}

/**
 * Deletes the temporary folders of processes on this host that were killed; returns their number.
 *
 * @param parent as for `temporaryFolder`; it need not exist
 */
export async function clearTemporaryFolders(parent = tmpdir()): Promise<number> {
  const names = await readdir(parent).catch(() => []);
  let cleared = 0;
  for (const name of names) {
    if (!name.startsWith(PREFIX) || !name.endsWith(LOCK) || (await isLocked(join(parent, name)))) continue;
    const folders = names.filter((other) => other.startsWith(`${name.slice(0, -LOCK.length)}-`));
    try {
      // The lock goes last: if a folder cannot be deleted, a later start tries again.
      for (const path of [...folders, name]) await rm(join(parent, path), { recursive: true, force: true });
      cleared += folders.length;
    } catch {}
  }
  return cleared;
}
