import { dirname, join } from 'node:path';
import { Database } from '../../duckdb/database.ts';
import type { DuckdbLimits } from '../../duckdb/limits.ts';
import type { Session } from '../../duckdb/session.ts';
import { UserError } from '../../lib/errors.ts';
import { clearTemporaryFolders, temporaryFolder } from '../../lib/temporary-folder.ts';
import { copyFile, ifThere, link, readFile, rm, stat, writeWhole } from '../../lib/world/files.ts';
import { newId, random } from '../../lib/world/random.ts';

/** Which history of the data a database file holds, and since which opening for changes. */
export interface Generation {
  readonly id: string;
  /** Grows by a random number, so that two copies that were opened apart have different ones. */
  readonly opening: number;
}

/** Where the generation is kept beside a database file. */
export function generationFile(path: string): string {
  return `${path}.generation`;
}

/** DuckDB's write-ahead log: what was committed and is not in the database file yet. */
export function walFile(path: string): string {
  return `${path}.wal`;
}

/** The log, and the files that DuckDB uses in its place during a checkpoint. */
export function logFiles(path: string): string[] {
  const wal = walFile(path);
  return [wal, `${wal}.checkpoint`, `${wal}.recovery`];
}

/** Says which opening of the database the log is of. It exists while there may be a log, so no copy of a closed file has it. */
export function logNoteFile(path: string): string {
  return `${walFile(path)}.generation`;
}

/**
 * The generations that a file notes, one a line; `undefined`: the file does not exist.
 *
 * @throws UserError `unavailable` when it cannot be understood
 */
async function notedIn(file: string, path: string): Promise<Generation[] | undefined> {
  const text = await ifThere(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  const noted = text.split(/(?<=\n)/).map((line) => parseGeneration(line));
  if (noted.every((one) => one !== undefined)) return noted;
  throw new UserError(
    'unavailable',
    `${file} is damaged, expected a generation and a number in each line; it says whether ${walFile(path)} belongs to ` +
      'the database. If no file of the database was replaced, remove it and start again',
  );
}

/** A generation as it is noted; `undefined`: the text is none. */
export function parseGeneration(text: string): Generation | undefined {
  const [, id, opening] = /^([0-9a-f-]{36}) (\d+)\n$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, opening: Number(opening) };
}

/** Notes generations in a file; the note is whole and on disk when this resolves. */
function note(file: string, ...generations: Generation[]): Promise<void> {
  return writeWhole(file, generations.map(({ id, opening }) => `${id} ${opening}\n`).join(''));
}

/** Notes the generation beside a database file. */
export function noteGeneration(path: string, generation: Generation): Promise<void> {
  return note(generationFile(path), generation);
}

/** What the database says; `undefined`: its schema is from before there were generations. */
export async function generationIn(session: Session): Promise<Generation | undefined> {
  const { known } = await session.row(
    `select count(*) as known from duckdb_tables() where table_name = 'generation' and database_name = current_database()`,
  );
  if (Number(known) === 0) return undefined;
  const [row] = await session.rows('select id, opening from generation');
  return row === undefined ? undefined : { id: String(row.id), opening: Number(row.opening) };
}

/** How much the number of an opening grows at most. */
const STEP = 2 ** 31;

/** Begins an opening and moves all of the log into the database file, so that a log from now on is of this opening. */
export async function beginOpening(session: Session, path: string): Promise<void> {
  await session.run('checkpoint');
  const before = (await generationIn(session)) as Generation;
  const now = { id: before.id, opening: before.opening + 1 + Math.floor(random() * STEP) };
  // Until the checkpoint has ended, the file may have either of them.
  await note(logNoteFile(path), before, now);
  await session.run('update generation set opening = $opening::bigint', { opening: now.opening });
  await session.run('checkpoint');
  await note(logNoteFile(path), now);
  await noteGeneration(path, now);
}

/** Moves all of the log into the database file when nothing is written anymore, so that no note about it is needed. */
export async function endOpening(session: Session, path: string): Promise<void> {
  await session.run('checkpoint');
  await rm(logNoteFile(path), { force: true });
}

/** Gives a database a generation of its own, because it begins another history. */
export async function beginGeneration(session: Session): Promise<string> {
  const id = newId();
  await session.run('update generation set id = $id, opening = 0', { id });
  return id;
}

/**
 * Says whether the write-ahead log beside a database file continues that file, or another one that stood in its place:
 * DuckDB would replay it all the same. A log is accepted where nothing was noted yet.
 *
 * @returns why the log does not belong to the file; `undefined`: it does, or there is none
 * @throws UserError `unavailable` when another process has the database, or a note cannot be understood
 */
export async function strangeLog(path: string, limits: DuckdbLimits | undefined): Promise<string | undefined> {
  const logs = await Promise.all(logFiles(path).map((file) => ifThere(stat(file))));
  if (logs.every((log) => log === undefined || log.size === 0)) return undefined;
  const [ofLog, ofFile] = [await notedIn(logNoteFile(path), path), await notedIn(generationFile(path), path)];
  if (ofLog === undefined && ofFile === undefined) return undefined;
  const isThere = (await ifThere(stat(path))) !== undefined;
  const base = isThere ? await generationOfBase(path, limits) : undefined;
  const continues =
    ofLog?.some(({ id, opening }) => base?.id === id && base.opening === opening) ??
    // The log of an earlier version of this program has no note of its own.
    ofFile?.some(({ id, opening }) => base?.id === id && base.opening >= opening);
  if (continues) return undefined;
  return (
    `${walFile(path)} belongs to another state of the database than ${path}, which was replaced by an earlier or ` +
    'another one. To put a backup in its place, run `restaurant-monitor restore --replace`; to go on with the file as ' +
    `it is, move ${walFile(path)} away first`
  );
}

/** What a database file says without its log. */
function generationOfBase(path: string, limits: DuckdbLimits | undefined): Promise<Generation | undefined> {
  return withBase(path, limits, async (database) => {
    const session = await database.session();
    try {
      return await generationIn(session);
    } finally {
      session.close();
    }
  });
}

/**
 * Opens a database file without its log, to read: under another name it has none. Meanwhile no process can open it for
 * changes.
 *
 * @throws UserError `unavailable` when another process has it open for changes
 */
export async function withBase<T>(
  path: string,
  limits: DuckdbLimits | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const folder = dirname(path);
  await clearTemporaryFolders(folder);
  const temporary = await temporaryFolder(folder);
  const alias = join(temporary.path, 'base');
  // Not every file system has links.
  await link(path, alias).catch(() => copyFile(path, alias));
  try {
    const database = await Database.open(alias, limits, { readOnly: true, knownAs: path });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  } finally {
    await temporary.remove();
  }
}
