import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isDiskFault, notFound, UserError, unwritable } from '../lib/errors.ts';
import {
  createReadStream,
  ifThere,
  makeFolder,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  syncFolder,
} from '../lib/world/files.ts';
import { isBackupFile, MANIFEST, type Manifest, parseManifest } from './manifest.ts';
import { unpackTar } from './tar.ts';

interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes a backup that comes as a tar archive into a folder, which appears whole and verified, or not at all.
 *
 * @throws UserError `conflict` when the folder has something in it or is a file, `invalid_input` when the archive is damaged or cut off
 */
export async function writeBackup(archive: AsyncIterable<Uint8Array>, folder: string): Promise<Manifest> {
  await refuseUsed(folder);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    const manifest = await unpackBackup(archive, partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    await syncFolder(dirname(folder));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** @throws UserError `conflict` when the folder of a new backup has something in it, or is a file */
export async function refuseUsed(folder: string): Promise<void> {
  const found = await ifThere(stat(folder));
  if (found === undefined || (found.isDirectory() && (await readdir(folder)).length === 0)) return;
  const flaw = found.isDirectory() ? `the folder ${folder} is not empty` : `${folder} is a file`;
  throw new UserError('conflict', `${flaw}; a backup needs a new or empty folder`);
}

/**
 * Unpacks a backup into a new folder and verifies it.
 *
 * @throws UserError `invalid_input` when it is damaged or cut off
 */
export async function unpackBackup(archive: AsyncIterable<Uint8Array>, folder: string): Promise<Manifest> {
  await makeFolder(join(folder, 'results'));
  const written = new Map<string, Written>();
  for await (const { path, content } of unpackTar(archive)) {
    if (path !== MANIFEST && !isBackupFile(path)) throw damaged(`it has "${path}", which is not part of a backup`);
    if (written.has(path)) throw damaged(`it has "${path}" twice`);
    written.set(path, await write(join(folder, path), content));
  }
  if (!written.has(MANIFEST)) throw damaged(`it has no ${MANIFEST}: it was cut off`);
  const manifest = parseManifest(await readFile(join(folder, MANIFEST), 'utf8'));
  for (const file of manifest.files) verify(file, written.get(file.path));
  if (written.size !== manifest.files.length + 1) throw damaged(`it has files that ${MANIFEST} does not name`);
  await syncFolder(join(folder, 'results'));
  await syncFolder(folder);
  return manifest;
}

/**
 * The manifest of a backup in a folder, all files of which have the sizes and checksums that it says.
 *
 * @throws UserError `not_found` when it is no backup, `invalid_input` naming the file that is missing or damaged
 */
export async function verifyBackup(folder: string): Promise<Manifest> {
  const text = await ifThere(readFile(join(folder, MANIFEST), 'utf8'));
  if (text === undefined) throw notFound(`${folder} is not a backup: it has no ${MANIFEST}`);
  const manifest = parseManifest(text);
  for (const file of manifest.files) verify(file, await read(join(folder, file.path)));
  return manifest;
}

function verify({ path, bytes, sha256 }: Manifest['files'][number], found: Written | undefined): void {
  if (found === undefined) throw damaged(`${path} is missing`);
  if (found.bytes !== bytes) throw damaged(`${path} has ${found.bytes} bytes, expected ${bytes}`);
  if (found.sha256 !== sha256) throw damaged(`${path} has the SHA-256 ${found.sha256}, expected ${sha256}`);
}

async function read(path: string): Promise<Written | undefined> {
  if ((await ifThere(stat(path))) === undefined) return undefined;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** @throws UserError `unwritable` naming the file when the disk does not take it */
async function write(path: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.appendFile(chunk);
    }
    await file.sync();
  } catch (error) {
    throw isDiskFault(error) ? unwritable(path, error) : error;
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

function damaged(what: string): UserError {
  return new UserError('invalid_input', `the backup is damaged: ${what}`);
}
