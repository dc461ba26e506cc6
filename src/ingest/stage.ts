import { resolve } from 'node:path';
import { literal, type Session } from '../duckdb/session.ts';
import { messageOf, UserError } from '../errors.ts';
import { trimmed } from '../text.ts';
import { zoneName } from '../tzdb.ts';
import { csvRows, dropUnread, type Reading, ROW_LIMIT, type UnreadLine, unreadLines } from './csv-rows.ts';
import type { RawRows } from './feeds.ts';
import { unpack } from './gzip.ts';
import { checkLines } from './line-check.ts';
import { parquetRows } from './parquet-rows.ts';
import type { CsvFormat, Source } from './source.ts';
import { NEW_ID_REASON } from './sql-text.ts';

/** What a file held. Its good rows stand in `table`, in their order. */
export interface Staged {
  readonly table: string;
  /** Rows in the file, good and bad; blank lines are none. */
  readonly read: number;
  readonly rejected: number;
  /** Rows that can be read, of stores with rows that cannot: they are not in `table`. */
  readonly setAside: number;
  /** A table of the ids of these stores, `store_id`; `undefined`: there are none, as in a file of polls. */
  readonly unreadStores: string | undefined;
}

/** A row that was refused. */
export interface Reject {
  readonly file: string;
  /** The line in the file; for Parquet the row; both counted from 1. */
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

/**
 * Reads a file into a temporary table of the session and checks every row; the bad ones go to `onReject`, in the
 * order of the file.
 *
 * @param latest instants after this one are refused (milliseconds)
 * @param storesAmong which of these ids stores have already: only new stores may not have the id of a formula
 * @throws UserError `invalid_input` when the file as a whole cannot be read
 */
export async function stage(
  session: Session,
  source: Source,
  latest: number,
  onReject: (reject: Reject) => Promise<void>,
  storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Staged> {
  const table = `staged_${source.feed.name}`;
  await dropUnread(session);
  await readInto(session, table, source, latest);
  await takeKnownIds(session, table, storesAmong);
  const bad = await session.row(
    `select count(*) filter (reason is not null) as rejected, count(*) filter (store_id is null and reason is null) as blank,
       count(*) as total
     from ${table}`,
  );
  const unread = await unreadLines(session);
  const rejected = Number(bad.rejected) + unread.length;
  if (rejected > 0) await forEachReject(session, table, unread, source, onReject);
  const unreadStores =
    rejected > 0 && source.feed.name !== 'polls' ? await stageUnread(session, table, unread, source) : undefined;
  if (Number(bad.rejected) + Number(bad.blank) > 0) {
    await session.run(`delete from ${table} where reason is not null or store_id is null`);
  }
  const setAside =
    unreadStores === undefined
      ? 0
      : await session.run(`delete from ${table} where store_id in (select store_id from ${unreadStores})`);
  return { table, read: Number(bad.total) - Number(bad.blank) + unread.length, rejected, setAside, unreadStores };
}

/**
 * Makes a table of the stores that the bad rows concern. A row whose id cannot be read concerns none. Where a row has no
 * columns, what stands for its id counts if the id comes first, or if other rows name it too.
 */
async function stageUnread(
  session: Session,
  table: string,
  unread: readonly UnreadLine[],
  { format, feed }: Source,
): Promise<string | undefined> {
  const unreadStores = `unread_${feed.name}`;
  const idFirst = format.kind === 'csv' && format.positions[0] === 0;
  const lines = format.kind === 'csv' ? unread.map(({ row }) => idIn(row, format)) : [];
  await session.run(`
    create or replace temp table ${unreadStores} as
    select distinct concerns as store_id from ${table}
    where reason is not null and concerns is not null
      and (not misplaced or ${idFirst} or concerns in (select store_id from ${table} where reason is null))
    union
    select store_id from ${table}
    where reason is null and store_id in (select unnest([${lines.map(literal).join(', ')}]::varchar[]))`);
  const { stores } = await session.row(`select count(*) as stores from ${unreadStores}`);
  return Number(stores) > 0 ? unreadStores : undefined;
}

/** What stands where the id does, in a line that could not be read as text. */
function idIn(line: string, { delimiter, positions }: CsvFormat): string {
  const field = line.split(delimiter)[positions[0] ?? 0] ?? '';
  return trimmed(trimmed(field).replace(/^"(.*)"$/, '$1'));
}

/** Rows that are bad for an id that no new store may have are good where the store is not new. */
async function takeKnownIds(
  session: Session,
  table: string,
  storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const rows = await session.rows(`select distinct store_id from ${table} where reason = ${literal(NEW_ID_REASON)}`);
  if (rows.length === 0) return;
  const known = await storesAmong(rows.map((row) => String(row.store_id)));
  await session.run(
    `update ${table} set reason = null, line = null
     where reason = ${literal(NEW_ID_REASON)} and store_id in (select unnest(from_json($ids::json, '["VARCHAR"]')))`,
    { ids: JSON.stringify([...known]) },
  );
}

async function readInto(session: Session, table: string, source: Source, latest: number): Promise<void> {
  const { format, label } = source;
  if (format.kind === 'parquet') {
    return stageRows(session, table, source, source.path, () => parquetRows(session, source), latest);
  }
  const unpacked = format.gzip ? await unpack(source.path, source.bytes, label) : undefined;
  try {
    await readCsv(session, table, source, format, unpacked?.path ?? source.path, latest);
  } finally {
    await unpacked?.remove();
  }
}

/** Reads in pieces at once, then in one go where that cannot be trusted: every line of the file must be there. */
async function readCsv(
  session: Session,
  table: string,
  source: Source,
  format: CsvFormat,
  path: string,
  latest: number,
): Promise<void> {
  const read = (reading: Reading) =>
    stageRows(session, table, source, path, async () => csvRows(source.feed, path, format, reading), latest);
  const [checked, inPieces] = await Promise.allSettled([
    checkLines(path, format.lineEnd, source.label),
    read('parallel'),
  ]);
  // What is wrong with the file as a whole explains best why reading it failed.
  if (checked.status === 'rejected') throw unreadable(source, path, checked.reason);
  const { count, uniform } = checked.value;
  const complete = async () => (await linesRead(session, table)) === count - format.skip;
  if (uniform && inPieces.status === 'rejected') throw inPieces.reason;
  if (uniform && (await complete())) return;
  await read('serial');
  if (!(await complete())) throw new Error(`of the ${count} lines of ${source.label} not every one was read`);
}

async function linesRead(session: Session, table: string): Promise<number> {
  const { rows } = await session.row(`select count(*) as rows from ${table}`);
  return Number(rows) + (await unreadLines(session)).length;
}

async function stageRows(
  session: Session,
  table: string,
  source: Source,
  path: string,
  rows: () => Promise<RawRows>,
  latest: number,
): Promise<void> {
  try {
    const { query, columns } = await rows();
    const zones = source.feed.name === 'zones' ? await knownZones(session, query) : new Map<string, string>();
    await dropUnread(session);
    await session.run(
      `create or replace temp table ${table} as ${source.feed.parse(query, { columns, latest, zones })}`,
    );
  } catch (error) {
    throw unreadable(source, path, error);
  }
}

/** There are some dozen different zones in a file of any size: each is looked up once. */
async function knownZones(session: Session, raw: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (const row of await session.rows(
    `select distinct timezone_str as text from (${raw}) where timezone_str is not null`,
  )) {
    const name = zoneName(String(row.text));
    if (name !== undefined) known.set(String(row.text), name);
  }
  return known;
}

/** Rows that the file's text already cost (`unread`) have no place in the table: they shift the lines after them. */
async function forEachReject(
  session: Session,
  table: string,
  unread: readonly UnreadLine[],
  { label: file, format }: Source,
  onReject: (reject: Reject) => Promise<void>,
): Promise<void> {
  const firstLine = format.kind === 'csv' ? format.skip + 1 : 1;
  let next = 0;
  // Within a transaction rowids count from a number beyond all doubles.
  const sql = `
    select (rowid - (select min(rowid) from ${table}))::double as position, reason, coalesce(line, '')[1:${ROW_LIMIT}] as row
    from ${table} where reason is not null order by rowid`;
  for await (const chunk of session.chunks(sql)) {
    const [positions, reasons, rows] = [0, 1, 2].map((column) => chunk.getColumnValues(column));
    for (let i = 0; i < chunk.rowCount; i++) {
      let line = Number(positions?.[i]) + firstLine + next;
      for (let lost = unread[next]; lost !== undefined && lost.line <= line; lost = unread[next]) {
        await onReject({ file, ...lost });
        next++;
        line++;
      }
      await onReject({ file, line, reason: String(reasons?.[i]), row: String(rows?.[i]) });
    }
  }
  for (const lost of unread.slice(next)) await onReject({ file, ...lost });
}

/** DuckDB's complaint about a file's contents, without its own words for it; a defect stays what it is. */
function unreadable({ label, format }: Source, path: string, error: unknown): unknown {
  const [message = ''] = messageOf(error).split('\n', 1);
  if (error instanceof UserError || /^(Binder|Catalog|Parser|INTERNAL|INTERRUPT)/.test(message)) return error;
  const what = format.kind === 'csv' ? 'cannot be read' : 'is no sound Parquet file';
  const why = message
    .replace(/^[\w ]+ Error: /, '')
    .replaceAll(resolve(path), label)
    .replace(/\p{C}/gu, '?');
  return new UserError('invalid_input', `${label} ${what}: ${why}`, {
    cause: error,
    withoutContent: `${label} ${what}`,
  });
}
