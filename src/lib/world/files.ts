import { constants } from 'node:fs';
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

/** Resolves when the names of the files in a folder survive a power loss, where the system can promise that. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and needs no such call.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
