import { constants } from 'node:fs';
import { access, open, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemReason, UserError } from '../lib/errors.ts';
import { ifThere } from '../lib/world/files.ts';

// Checks before the work that its result can be written. They leave nothing behind, and do not touch pipes and devices.

/** The file is created or replaced at the end, in a folder that exists. @throws UserError `unwritable` */
export function requireReplaceable(option: string, path: string): Promise<void> {
  return checking(option, path, async () => {
    const target = await realpath(path).catch(() => resolve(path));
    const found = await ifThere(stat(target));
    if (found?.isDirectory()) throw new Error('it is a folder, expected a file');
    if (found === undefined || found.isFile()) await writeInto(dirname(target));
  });
}

/** The file is written in place, and missing folders around it are created. @throws UserError `unwritable` */
export function requireWritable(option: string, path: string): Promise<void> {
  return checking(option, path, async () => {
    const found = await ifThere(stat(path));
    if (found?.isDirectory()) throw new Error('it is a folder, expected a file');
    if (found === undefined) await writeInto(await innermostFolder(resolve(path)));
    else await access(path, constants.W_OK);
  });
}

/** The folder is created or replaced, and missing folders around it are created. @throws UserError `unwritable` */
export function requireCreatable(option: string, folder: string): Promise<void> {
  return checking(option, folder, async () => writeInto(await innermostFolder(resolve(folder))));
}

async function checking(option: string, path: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new UserError('unwritable', `${option} is "${path}", which cannot be written: ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/** The innermost folder around a path that exists. */
async function innermostFolder(path: string): Promise<string> {
  let folder = dirname(path);
  while ((await ifThere(stat(folder))) === undefined) folder = dirname(folder);
  return folder;
}

async function writeInto(folder: string): Promise<void> {
  const probe = join(folder, `.restaurant-monitor-${process.pid}.partial`);
  await (await open(probe, 'wx')).close();
  await rm(probe, { force: true });
}
