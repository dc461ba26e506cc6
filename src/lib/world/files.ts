import { constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Files } from './ports.ts';
import { world } from './world.ts';

/** A function of `node:fs/promises` or `node:fs` on the files of the current world. */
function inCurrentWorld<K extends keyof Files>(name: K): Files[K] {
  const call = (...args: unknown[]) => (world().files[name] as (...args: unknown[]) => unknown)(...args);
  return call as Files[K];
}

export const access = inCurrentWorld('access');
export const copyFile = inCurrentWorld('copyFile');
export const link = inCurrentWorld('link');
export const mkdir = inCurrentWorld('mkdir');
export const mkdtemp = inCurrentWorld('mkdtemp');
export const open = inCurrentWorld('open');
export const readdir = inCurrentWorld('readdir');
export const readFile = inCurrentWorld('readFile');
export const realpath = inCurrentWorld('realpath');
export const rename = inCurrentWorld('rename');
export const rm = inCurrentWorld('rm');
export const rmSync = inCurrentWorld('rmSync');
export const stat = inCurrentWorld('stat');
export const writeFile = inCurrentWorld('writeFile');
export const lock = inCurrentWorld('lock');
export const isLocked = inCurrentWorld('isLocked');
export const createReadStream = inCurrentWorld('createReadStream');
export const createWriteStream = inCurrentWorld('createWriteStream');

export type { FileStatus, OpenFile } from './ports.ts';

/** For `access`: whether a file or folder can be written. */
export const WRITABLE = constants.W_OK;

/** The result of a file operation; `undefined`: the file or its folder does not exist. Any other failure says nothing. */
export async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** What systems say that cannot open or sync folders. */
const NO_FOLDER_SYNC = new Set(['EISDIR', 'EACCES', 'EPERM', 'EBADF', 'EINVAL', 'ENOTSUP']);

/** Resolves when the names of the files in a folder survive a power loss, where the system can promise that. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Creates a folder and those above it where they are missing. Resolves when they survive a power loss, with whether any was
 * missing.
 */
export async function makeFolder(path: string): Promise<boolean> {
  const first = await mkdir(path, { recursive: true });
  // One that is there may have been created a moment ago, and not be synced yet.
  const last = dirname(resolve(typeof first === 'string' ? first : path));
  for (let folder = resolve(path); folder !== last; ) {
    folder = dirname(folder);
    await syncFolder(folder);
  }
  return first !== undefined;
}

/**
 * Writes a small file such that it has either its former content or this one, whatever happens. Resolves when it survives a
 * power loss. The content is written under the name `….partial` first.
 */
export async function writeWhole(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, content, { flush: true });
  await rename(partial, path);
  await syncFolder(dirname(path));
}
