import { dirname, join } from 'node:path';
import { Database } from '../../duckdb/database.ts';
import type { DuckdbLimits } from '../../duckdb/limits.ts';
import type { Session } from '../../duckdb/session.ts';
import { UserError } from '../../lib/errors.ts';
import { clearTemporaryFolders, temporaryFolder } from '../../lib/temporary-folder.ts';
import { copyFile, ifThere, link, readFile, stat, writeWhole } from '../../lib/world/files.ts';
import { newId } from '../../lib/world/random.ts';

/** Which history of the data a database file holds, and how often it was opened for changes. */
export interface Generation {
  readonly id: string;
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

/**
 * What is noted beside a database file; `undefined`: nothing.
 *
 * @throws UserError `unavailable` when it cannot be understood
 */
export async function notedGeneration(path: string): Promise<Generation | undefined> {
  const text = await ifThere(readFile(generationFile(path), 'utf8'));
  if (text === undefined) return undefined;
  const noted = parseGeneration(text);
  if (noted !== undefined) return noted;
  throw new UserError(
    'unavailable',
    `${generationFile(path)} is damaged, expected a generation and a number; it says whether ${walFile(path)} belongs ` +
      `to the database. If no file of the database was replaced, remove it and start again`,
  );
}

/** A generation as it is noted; `undefined`: the text is none. */
export function parseGeneration(text: string): Generation | undefined {
  const [, id, opening] = /^([0-9a-f-]{36}) (\d+)\n$/.exec(text) ?? [];
  return id === undefined ? undefined : { id, opening: Number(opening) };
}

/** Notes the generation beside a database file; the note is whole and on disk when this resolves. */
export function noteGeneration(path: string, { id, opening }: Generation): Promise<void> {
  return writeWhole(generationFile(path), `${id} ${opening}\n`);
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

/** Counts an opening and moves all of the log into the database file, so that a log from now on belongs to this one. */
export async function countOpening(session: Session, path: string): Promise<void> {
  const noted = await notedGeneration(path);
  const { id, opening } = (await generationIn(session)) as Generation;
  const next = 1 + (noted?.id === id ? Math.max(opening, noted.opening) : opening);
  await session.run('update generation set opening = $next::bigint', { next });
  await session.run('checkpoint');
  await noteGeneration(path, { id, opening: next });
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
 * @throws UserError `unavailable` when another process has the database
 */
export async function strangeLog(path: string, limits: DuckdbLimits | undefined): Promise<string | undefined> {
  const log = await ifThere(stat(walFile(path)));
  const noted = await notedGeneration(path);
  if (log === undefined || log.size === 0 || noted === undefined) return undefined;
  const isThere = (await ifThere(stat(path))) !== undefined;
  const base = isThere ? await generationOfBase(path, limits) : undefined;
  if (base?.id === noted.id && base.opening >= noted.opening) return undefined;
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
