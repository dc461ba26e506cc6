import { dirname } from 'node:path';
import { Database } from '../../duckdb/database.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { copyFile, ifThere, open, readFile, rename, rm, stat, syncFolder, writeWhole } from '../../lib/world/files.ts';
import {
  beginGeneration,
  generationFile,
  logFiles,
  logNoteFile,
  noteGeneration,
  parseGeneration,
  walFile,
  withBase,
} from './generation.ts';

/** The database that is about to take the place of another one. */
function preparedFile(path: string): string {
  return `${path}.restoring`;
}

/** Says that the prepared database is complete and takes the place of the other one, whatever happens. */
function decisionFile(path: string): string {
  return `${path}.restored`;
}

export interface RestoreFileOptions {
  /** Put it in the place of a database that is there. */
  readonly replace: boolean;
  /** Checks, and may change, the new database before it takes its place; when it throws, nothing has happened. */
  readonly prepare: (path: string) => Promise<void>;
}

/**
 * Puts a copy of a database file where `path` is, as a generation of its own, without the log of what was there before.
 * Interrupted at any point, the database is either the one before or the new one.
 *
 * @throws UserError `conflict` when there is a database and it is not to be replaced, `unavailable` when a process has it
 */
export async function restoreFile(
  source: string,
  path: string,
  { replace, prepare }: RestoreFileOptions,
): Promise<void> {
  await finishRestore(path);
  const there = (await exists(path)) || (await exists(walFile(path)));
  if (there && !replace) {
    throw new UserError('conflict', `the database ${path} already exists; use --replace to overwrite it`);
  }
  const prepared = preparedFile(path);
  const leftovers = [prepared, ...logFiles(prepared), logNoteFile(prepared), generationFile(prepared)];
  const clear = () => Promise.all(leftovers.map((file) => rm(file, { force: true })));
  await clear();
  try {
    await copyFile(source, prepared);
    await prepare(prepared);
    const id = await begin(prepared);
    await Promise.all(leftovers.slice(1).map((file) => rm(file, { force: true })));
    await sync(prepared);
    await holding(path, async () => {
      await writeWhole(decisionFile(path), `${id} 0\n`);
      await finishRestore(path);
    });
  } finally {
    // After the decision there is nothing left to clear.
    if (!(await exists(decisionFile(path)))) await clear();
  }
}

/** Ends a restore that was decided and interrupted. To be called before the database is opened. */
export async function finishRestore(path: string): Promise<void> {
  const decision = await ifThere(readFile(decisionFile(path), 'utf8'));
  if (decision === undefined) return;
  // The log first, and its note after it: they belong to the file that is replaced.
  for (const file of [...logFiles(path), logNoteFile(path)]) await rm(file, { force: true });
  if (await exists(preparedFile(path))) await rename(preparedFile(path), path);
  const generation = parseGeneration(decision);
  if (generation !== undefined) await noteGeneration(path, generation);
  await syncFolder(dirname(path));
  await rm(decisionFile(path), { force: true });
  await syncFolder(dirname(path));
}

async function begin(prepared: string): Promise<string> {
  const database = await Database.open(prepared);
  const session = await database.session();
  try {
    const id = await beginGeneration(session);
    await session.run('checkpoint');
    return id;
  } finally {
    session.close();
    database.close();
  }
}

/** Runs `work` while no other process can open the database for changes; a damaged one nobody can. */
async function holding(path: string, work: () => Promise<void>): Promise<void> {
  if (!(await exists(path))) return work();
  let held = false;
  try {
    await withBase(path, undefined, async () => {
      held = true;
      await work();
    });
  } catch (error) {
    if (held || /in use by another process/.test(messageOf(error))) throw error;
    await work();
  }
}

async function exists(path: string): Promise<boolean> {
  return (await ifThere(stat(path))) !== undefined;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
