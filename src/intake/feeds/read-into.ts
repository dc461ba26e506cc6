import { resolve } from 'node:path';
import { zoneName } from '../../calendar/tzdb.ts';
import type { Session } from '../../duckdb/session.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { identifier } from '../../lib/sql.ts';
import { csvRows, dropUnread, type Reading, unreadLines } from './csv-rows.ts';
import type { RawRows } from './feed.ts';
import { unpack } from './gzip.ts';
import { checkRows, checkZones, type FeedLimits } from './limits.ts';
import { checkLines } from './line-check.ts';
import { parquetRows } from './parquet-rows.ts';
import type { CsvFormat, Source } from './source.ts';

/**
 * Reads a file into a table of the session, with its rows in order and the reasons of bad ones.
 *
 * @param latest later instants are bad (milliseconds)
 * @throws UserError `invalid_input` when the file as a whole cannot be read or exceeds the limits
 */
export async function readInto(
  session: Session,
  table: string,
  source: Source,
  latest: number,
  limits: FeedLimits,
): Promise<void> {
  const { format, label } = source;
  if (format.kind === 'parquet') {
    return stageRows(session, table, source, source.path, () => parquetRows(session, source, limits), latest, limits);
  }
  const unpacked = format.gzip ? await unpack(source.path, source.bytes, label, limits) : undefined;
  try {
    await readCsv(session, table, source, format, unpacked?.path ?? source.path, latest, limits);
  } finally {
    await unpacked?.remove();
  }
}

/** Reads in parallel, and again serially if lines are missing: every line of the file must be read. */
async function readCsv(
  session: Session,
  table: string,
  source: Source,
  format: CsvFormat,
  path: string,
  latest: number,
  limits: FeedLimits,
): Promise<void> {
  const read = (reading: Reading) =>
    stageRows(session, table, source, path, async () => csvRows(source.feed, path, format, reading), latest, limits);
  const [checked, inPieces] = await Promise.allSettled([
    checkLines(path, format.lineEnd, source.label),
    read('parallel'),
  ]);
  // A problem of the whole file is the best explanation of a failure to read it.
  if (checked.status === 'rejected') throw unreadable(source, path, checked.reason);
  const { count, uniform } = checked.value;
  checkRows(source.label, count - format.skip, limits);
  const complete = async () => (await linesRead(session, table)) === count - format.skip;
  if (uniform && inPieces.status === 'rejected') throw inPieces.reason;
  if (uniform && (await complete())) return;
  await read('serial');
  if (!(await complete())) throw new Error(`not all of the ${count} lines of ${source.label} were read`);
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
  limits: FeedLimits,
): Promise<void> {
  try {
    const { query, columns, labels } = await rows();
    const zones = await validZones(session, query, columns, source, limits);
    await dropUnread(session);
    await session.run(
      `create or replace temp table ${table} as ${source.feed.parse(query, { columns, labels, latest, zones })}`,
    );
  } catch (error) {
    throw unreadable(source, path, error);
  }
}

/** The valid time zones of a file, by their spelling in it. Even a large file has few: each is looked up once. */
async function validZones(
  session: Session,
  raw: string,
  columns: ReadonlySet<string>,
  { feed: { zoneColumn }, label }: Source,
  limits: FeedLimits,
): Promise<Map<string, string>> {
  const valid = new Map<string, string>();
  if (zoneColumn === undefined || !columns.has(zoneColumn)) return valid;
  const column = identifier(zoneColumn);
  const most = Number.isFinite(limits.zones) ? ` limit ${limits.zones + 1}` : '';
  const rows = await session.rows(`select distinct ${column} as text from (${raw}) where ${column} is not null${most}`);
  checkZones(label, rows.length, limits);
  for (const row of rows) {
    const name = zoneName(String(row.text));
    if (name !== undefined) valid.set(String(row.text), name);
  }
  return valid;
}

/** Turns DuckDB's error about the content of a file into one for the user; a defect is returned as it is. */
function unreadable({ label, format }: Source, path: string, error: unknown): unknown {
  const [message = ''] = messageOf(error).split('\n', 1);
  if (error instanceof UserError || /^(Binder|Catalog|Parser|INTERNAL|INTERRUPT)/.test(message)) return error;
  const what = format.kind === 'csv' ? 'cannot be read' : 'is not a valid Parquet file';
  const why = message
    .replace(/^[\w ]+ Error: /, '')
    .replaceAll(resolve(path), label)
    .replace(/\p{C}/gu, '?');
  return new UserError('invalid_input', `${label} ${what}: ${why}`, {
    cause: error,
    withoutContent: `${label} ${what}`,
  });
}
