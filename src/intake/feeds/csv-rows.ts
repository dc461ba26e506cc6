import { resolve } from 'node:path';
import type { Session } from '../../duckdb/session.ts';
import { identifier, literal } from '../../lib/sql.ts';
import { TRIMMED } from '../../lib/text.ts';
import { type Feed, labelColumn, type RawRows } from './feed.ts';
import type { CsvFormat } from './source.ts';
import { holdsNull, isPlain, NULL_REASON, trimmedText } from './sql-text.ts';

/** The text of a row in the rejects is truncated to this length. */
export const ROW_LIMIT = 2_000;
const LINE_LIMIT = 2_000_000;

/** A character that no line contains: DuckDB needs a delimiter even to read each line as one column. */
const NO_DELIMITER = '\x01\x02\x03\x04';

/** How DuckDB reads a file: in parallel, which needs uniform line ends, or serially. */
export type Reading = 'parallel' | 'serial';

/**
 * The rows of a CSV file that is not compressed. Every line is one row, so that a broken line affects no other and
 * each row has a line number; DuckDB reads the lines, and fields are split here. A quoted field may contain anything but
 * a line break.
 */
export function csvRows(feed: Feed, path: string, format: CsvFormat, reading: Reading): RawRows {
  const delimiter = literal(format.delimiter);
  const separator = format.delimiter === '|' ? '\\|' : format.delimiter;
  const blanks = `[${TRIMMED.replace(format.delimiter, '')}]*`;
  const field = `${blanks}(?:"(?:[^"]|"")*"${blanks}|[^"${separator}]*)`;
  // In serial reading, `\r\n` also means LF; in parallel it loses rows of a file with LF.
  const newLine = { cr: `'\\r'`, crlf: `'\\r\\n'`, lf: reading === 'serial' ? `'\\r\\n'` : `'\\n'` }[format.lineEnd];
  const columns = feed.columns
    .map(({ name }, i) => ({ name, position: format.positions[i] ?? -1 }))
    .filter(({ position }) => position >= 0);
  const labels = format.labels.map(({ key, position }) => ({ name: labelColumn(key), position }));
  const texts = [...columns, ...labels].map(
    ({ name, position }) =>
      `case when line is not null then coalesce(fields[${position + 1}], '') end as ${identifier(name)}`,
  );
  // Nearly every line is plain: nothing to unquote or trim, which is the slow part.
  const query = `
    select ${texts.join(', ')}, plain,
      case
        when line is null then null
        when not plain and ${holdsNull('line')} then '${NULL_REASON}'
        when fields is null then 'a quote in it is out of place or is not closed on its line'
        when len(fields) <> ${format.width}
          then 'has ' || len(fields) || case len(fields) when 1 then ' field' else ' fields' end || ', expected ${format.width}'
      end as broken,
      line
    from (
      select line, plain,
        case
          when plain and not blanks then string_split(line, ${delimiter})
          when plain then list_transform(string_split(line, ${delimiter}), lambda f: trim(f, ' '))
          when not contains(line, '"') then list_transform(string_split(line, ${delimiter}), lambda f: ${trimmedText('f')})
          when regexp_full_match(line, ${literal(`(?:${field})(?:${separator}(?:${field}))*`)}) then
            list_transform(regexp_extract_all(${delimiter} || line, ${literal(`${separator}(${field})`)}, 1), lambda f: ${trimmedText(
              `case when contains(f, '"') then replace(${trimmedText('f')}[2:-2], '""', '"') else f end`,
            )})
        end as fields
      from (
        select plain, blanks, case when (blanks or not plain) and regexp_full_match(line, ${literal(blanks)}) then null else line end as line
        from (
          select line, ${isPlain('line', format.delimiter === '\t' ? format.width - 1 : 0)} as plain,
            contains(line, ${literal(` ${format.delimiter}`)}) or contains(line, ${literal(`${format.delimiter} `)})
              or starts_with(line, ' ') or ends_with(line, ' ') as blanks
          from read_csv(${pathLiteral(path)}, auto_detect = false, header = false, skip = ${format.skip},
            columns = {'line': 'varchar'}, delim = ${literal(NO_DELIMITER)}, quote = '', escape = '',
            strict_mode = false, new_line = ${newLine}, parallel = ${reading === 'parallel'},
            compression = 'none', hive_partitioning = false,
            max_line_size = ${LINE_LIMIT}, store_rejects = true, ignore_errors = true, rejects_limit = 0)
        )
      )
    )`;
  return {
    query,
    columns: new Set(columns.map(({ name }) => name)),
    labels: format.labels.map(({ key }) => key),
  };
}

/** A path that DuckDB does not interpret as a pattern, URL or partition. */
export function pathLiteral(path: string): string {
  return literal(resolve(path).replace(/[*?[]/g, '[$&]'));
}

/** A line that DuckDB could not read as text. */
export interface UnreadLine {
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

/** DuckDB records them in tables of the session. */
export async function unreadLines(session: Session): Promise<UnreadLine[]> {
  const exists = await session.rows(`select 1 from duckdb_tables() where temporary and table_name = 'reject_errors'`);
  if (exists.length === 0) return [];
  const rows = await session.rows(`
    select line, any_value(error_type::varchar) as kind, any_value(csv_line)[1:${ROW_LIMIT}] as row
    from reject_errors group by line order by line`);
  return rows.map((row) => ({ line: Number(row.line), reason: unreadReason(String(row.kind)), row: String(row.row) }));
}

export async function dropUnread(session: Session): Promise<void> {
  await session.run('drop table if exists reject_errors; drop table if exists reject_scans');
}

function unreadReason(kind: string): string {
  if (kind === 'INVALID ENCODING') return 'is not UTF-8';
  if (kind === 'LINE SIZE OVER MAXIMUM') return `is longer than ${LINE_LIMIT} bytes`;
  return 'cannot be read as a line of text';
}
