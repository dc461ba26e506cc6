import { join } from 'node:path';
import { readResult, resultNames } from '../copy/results.ts';
import { copyAtOnce } from '../copy.ts';
import { notFound, UserError } from '../lib/errors.ts';
import { clearTemporaryFolders, temporaryFolder } from '../lib/temporary-folder.ts';
import { copyFile, createReadStream, ifThere, stat } from '../lib/world/files.ts';
import { ResultsFolder } from '../reports/results.ts';
import type { Invariant } from '../storage/ports/invariants.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { unpackBackup, verifyBackup } from './folder.ts';
import { DATABASE, type Manifest } from './manifest.ts';

export interface RestoreParts {
  /** Opens a DuckDB file. */
  readonly openFile: (path: string, access: StorageAccess) => Promise<Storage>;
  /** Receives the share of the polls that is restored, where that is known. */
  readonly onProgress?: (done: number) => void;
}

export interface VerifiedBackup {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Removes what was unpacked. */
  remove(): Promise<void>;
}

/**
 * A backup whose checksums are right: a folder, a tar archive, or standard input.
 *
 * @param workFolder where an archive is unpacked
 * @throws UserError `not_found` when there is none, `invalid_input` when it is damaged
 */
export async function openBackup(
  from: string,
  { input, workFolder }: { readonly input: AsyncIterable<Uint8Array>; readonly workFolder: string },
): Promise<VerifiedBackup> {
  const found = from === '-' ? undefined : await ifThere(stat(from));
  if (from !== '-' && found === undefined) throw notFound(`there is no backup ${from}`);
  if (found?.isDirectory()) return { folder: from, manifest: await verifyBackup(from), remove: async () => {} };
  await clearTemporaryFolders(workFolder);
  const { path: folder, remove } = await temporaryFolder(workFolder);
  try {
    const archive = from === '-' ? input : (createReadStream(from) as AsyncIterable<Uint8Array>);
    return { folder, manifest: await unpackBackup(archive, folder), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What `restoreFile` of the engine does. */
type RestoreFile = (
  source: string,
  path: string,
  options: { readonly replace: boolean; readonly prepare: (path: string) => Promise<void> },
) => Promise<void>;

/**
 * Restores a backup as a DuckDB file, and the results of its reports into a folder.
 *
 * @throws UserError `conflict` when there is a database and it is not to be replaced, or when the backup does not hold
 *   what its manifest says; nothing has happened then
 */
export async function restoreToFile(
  { folder, manifest }: VerifiedBackup,
  path: string,
  {
    results,
    replace,
    restoreFile,
    openFile,
  }: RestoreParts & {
    readonly results: ResultsFolder;
    readonly replace: boolean;
    readonly restoreFile: RestoreFile;
  },
): Promise<void> {
  await restoreFile(join(folder, DATABASE), path, {
    replace,
    prepare: async (prepared) => {
      const storage = await openFile(prepared, 'write');
      try {
        await compare(storage, manifest);
        refuseBroken(await storage.invariants());
        for (const name of await resultNames(storage)) {
          const result = await readResult({ storage, folder: resultsOf(folder) }, name);
          if (result !== undefined) await results.write(name, result.kind, [result.bytes]);
        }
      } finally {
        await storage.close();
      }
    },
  });
}

/**
 * Restores a backup into a database that takes it in one transaction.
 *
 * @param workFolder where a copy of the backup is brought up to this program's schema
 * @throws UserError as `restoreToFile` does
 */
export async function restoreToStorage(
  { folder, manifest }: VerifiedBackup,
  to: Storage,
  {
    replace,
    workFolder,
    openFile,
    onProgress = () => {},
  }: RestoreParts & {
    readonly replace: boolean;
    readonly workFolder: string;
  },
): Promise<void> {
  const work = await temporaryFolder(workFolder);
  try {
    const path = join(work.path, DATABASE);
    await copyFile(join(folder, DATABASE), path);
    const backup = await openFile(path, 'write');
    try {
      await compare(backup, manifest);
      await to.restoring?.(
        replace,
        async ({ target, saveResult }) => {
          await backup.snapshot((source) => copyAtOnce(source, target, onProgress), 'background');
          for (const name of await resultNames(backup)) {
            const result = await readResult({ storage: backup, folder: resultsOf(folder) }, name);
            if (result !== undefined) await saveResult(name.id, result.kind, result.bytes);
          }
        },
        refuseBroken,
      );
    } finally {
      await backup.close();
    }
  } finally {
    await work.remove();
  }
}

function resultsOf(folder: string): ResultsFolder {
  return new ResultsFolder(join(folder, 'results'));
}

/** @throws UserError `conflict` when something does not hold */
function refuseBroken(invariants: readonly Invariant[]): void {
  const broken = invariants.filter((invariant) => invariant.broken !== 0).map(({ name }) => name);
  if (broken.length > 0) throw new UserError('conflict', `the backup is damaged: ${broken.join('; ')}: broken`);
}

/** @throws UserError `conflict` when a table has other rows than the manifest says */
async function compare(storage: Storage, { rows }: Manifest): Promise<void> {
  const found = (await storage.contents()).rows;
  for (const [table, expected] of Object.entries(rows)) {
    if (found[table] === undefined || found[table] === expected) continue;
    throw new UserError('conflict', `the backup is damaged: ${table} has ${found[table]} rows, expected ${expected}`);
  }
}
