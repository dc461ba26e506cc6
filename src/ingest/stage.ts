import { identifier, literal, type Session } from '../duckdb/session.ts';
import { invalid, messageOf, UserError } from '../errors.ts';
import { zoneName } from '../tzdb.ts';
import type { ParseContext } from './feeds.ts';
import type { CsvFormat, Source } from './source.ts';

/** What a file held. Its good rows stand in `table`, in their order. */
export interface Staged {
  readonly table: string;
  /** Rows in the file, good and bad; blank lines are none. */
  readonly read: number;
  readonly rejected: number;
}

/** A row that was refused. */
export interface Reject {
  readonly file: string;
  /** The line in the file; for Parquet the row; both counted from 1. */
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

/** A row's text in the rejects is cut here. */
const ROW_LIMIT = 2_000;
const LINE_LIMIT = 2_000_000;

/**
 * Reads a file into a temporary table of the session and checks every row; the bad ones go to `onReject`, in the
 * order of the file.
 *
 * @param latest instants after this one are refused (milliseconds)
 * @throws UserError `invalid_input` when the file as a whole cannot be read
 */
export async function stage(
  session: Session,
  source: Source,
  latest: number,
  onReject: (reject: Reject) => Promise<void>,
): Promise<Staged> {
  const table = `staged_${source.feed.name}`;
  const raw = source.format.kind === 'csv' ? csvRows(source, source.format) : await parquetRows(session, source);
  const firstLine = source.format.kind === 'csv' ? source.format.skip + 1 : 1;
  try {
    const zones = source.feed.name === 'zones' ? await knownZones(session, raw) : new Map<string, string>();
    await dropUnread(session);
    await session.run(
      `create or replace temp table ${table} as ${source.feed.parse(raw, { latest, zones } satisfies ParseContext)}`,
    );
  } catch (error) {
    throw unreadable(source, error);
  }
  const bad = await session.row(
    `select count(*) filter (reason is not null) as rejected, count(*) filter (store_id is null and reason is null) as blank,
       count(*) as total
     from ${table}`,
  );
  const unread = await unreadLines(session);
  const rejected = Number(bad.rejected) + unread.length;
  if (Number(bad.rejected) + Number(bad.blank) > 0) {
    await forEachReject(session, table, unread, firstLine, source.label, onReject);
    await session.run(`delete from ${table} where reason is not null or store_id is null`);
  } else {
    for (const { line, reason, row } of unread) await onReject({ file: source.label, line, reason, row });
  }
  return { table, read: Number(bad.total) - Number(bad.blank) + unread.length, rejected };
}

/**
 * The rows of a CSV file. Every line is one row, so that a broken one harms no other and the place of a row is its
 * line; DuckDB reads the lines, and fields are split here. A quoted field may hold anything but a line break.
 */
function csvRows(source: Source, format: CsvFormat): string {
  const delimiter = literal(format.delimiter);
  const field = `"(?:[^"]|"")*"|[^"${format.delimiter === '\t' ? '\\t' : format.delimiter}]*`;
  const separator = format.delimiter === '|' ? '\\|' : format.delimiter;
  const columns = source.feed.columns.map(
    ({ name }, i) =>
      `case when line is not null then coalesce(trim(fields[${(format.positions[i] as number) + 1}]), '') end
        as ${identifier(name)}`,
  );
  return `
    select ${columns.join(', ')},
      case
        when line is null then null
        when fields is null then 'a quote in it is out of place or is not closed on its line'
        when len(fields) <> ${format.width} then 'has ' || len(fields) || ' fields, expected ${format.width}'
      end as broken,
      line
    from (
      select line,
        case
          when not contains(line, '"') then string_split(line, ${delimiter})
          when regexp_full_match(line, '(?:${field})(?:${separator}(?:${field}))*') then list_transform(
            regexp_extract_all(${delimiter} || line, '${separator}(${field})', 1),
            lambda f: case when starts_with(f, '"') then replace(f[2:-2], '""', '"') else f end)
        end as fields
      from (
        select nullif(rtrim(line), '') as line
        from read_csv(${literal(source.path)}, auto_detect = false, header = false, skip = ${format.skip},
          columns = {'line': 'varchar'}, delim = '\x01', quote = '', escape = '', strict_mode = false,
          compression = ${format.gzip ? `'gzip'` : `'none'`}, max_line_size = ${LINE_LIMIT},
          store_rejects = true, ignore_errors = true, rejects_limit = 0)
      )
    )`;
}

async function parquetRows(session: Session, source: Source): Promise<string> {
  const file = `read_parquet(${literal(source.path)})`;
  let described: Awaited<ReturnType<Session['rows']>>;
  try {
    described = await session.rows(`describe select * from ${file}`);
  } catch (error) {
    throw unreadable(source, error);
  }
  const columns = source.feed.columns.map(({ name, headers }) => {
    const column = described.find((row) => headers.includes(String(row.column_name).toLowerCase()));
    if (column === undefined) {
      throw invalid(
        `${source.label} has no column "${headers[0]}"; it has ${described.map((row) => row.column_name).join(', ')}`,
      );
    }
    if (name === 'store_id' && /^(DOUBLE|FLOAT|DECIMAL)/.test(String(column.column_type))) {
      throw invalid(
        `${source.label}: store_id is ${column.column_type}, which cannot hold every id; expected text or a whole number`,
      );
    }
    return { name, text: `coalesce(trim(${identifier(String(column.column_name))}::varchar), '')` };
  });
  return `
    select ${columns.map(({ name, text }) => `${text} as ${identifier(name)}`).join(', ')},
      null::varchar as broken, concat_ws(',', ${columns.map(({ text }) => text).join(', ')}) as line
    from ${file}`;
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

interface UnreadLine {
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

/** DuckDB keeps the lines that it could not read as text in tables of the session. */
async function unreadLines(session: Session): Promise<UnreadLine[]> {
  const exists = await session.rows(`select 1 from duckdb_tables() where temporary and table_name = 'reject_errors'`);
  if (exists.length === 0) return [];
  const rows = await session.rows(`
    select line, any_value(error_type::varchar) as kind, any_value(csv_line)[1:${ROW_LIMIT}] as row
    from reject_errors group by line order by line`);
  return rows.map((row) => ({ line: Number(row.line), reason: unreadReason(String(row.kind)), row: String(row.row) }));
}

async function dropUnread(session: Session): Promise<void> {
  await session.run('drop table if exists reject_errors; drop table if exists reject_scans');
}

function unreadReason(kind: string): string {
  if (kind === 'INVALID ENCODING') return 'is not UTF-8';
  if (kind === 'LINE SIZE OVER MAXIMUM') return `is longer than ${LINE_LIMIT} bytes`;
  return 'holds a control character';
}

/** Rows that the file's text already cost (`unread`) have no place in the table: they shift the lines after them. */
async function forEachReject(
  session: Session,
  table: string,
  unread: readonly UnreadLine[],
  firstLine: number,
  file: string,
  onReject: (reject: Reject) => Promise<void>,
): Promise<void> {
  let next = 0;
  const sql = `
    select rowid::double as position, reason, coalesce(line, '')[1:${ROW_LIMIT}] as row
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

function unreadable(source: Source, error: unknown): Error {
  if (error instanceof UserError) return error;
  const [message = ''] = messageOf(error).split('\n', 1);
  return new UserError('invalid_input', `${source.label} cannot be read: ${message}`, { cause: error });
}
