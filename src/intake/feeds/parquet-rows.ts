import type { Session } from '../../duckdb/session.ts';
import { invalid } from '../../lib/errors.ts';
import { identifier, type Row } from '../../lib/sql.ts';
import { trimmed } from '../../lib/text.ts';
import { pathLiteral } from './csv-rows.ts';
import { labelColumn, type RawRows } from './feed.ts';
import { checkColumns, labelColumns } from './header.ts';
import { checkParquetRows, type FeedLimits } from './limits.ts';
import type { Source } from './source.ts';
import { holdsNull, isPlain, NULL_REASON, quicklyTrimmed } from './sql-text.ts';

/**
 * The rows of a Parquet file, as text like those of a CSV file.
 *
 * @throws UserError `invalid_input` when a column is missing or has the wrong type
 */
export async function parquetRows(session: Session, source: Source, limits: FeedLimits): Promise<RawRows> {
  checkParquetRows(source.label, await rowsClaimed(session, source.path), source.bytes, limits);
  const file = `read_parquet(${pathLiteral(source.path)}, binary_as_string = true, hive_partitioning = false)`;
  const described = await session.rows(`describe select * from ${file}`);
  const header = described.map((row) => trimmed(String(row.column_name)));
  checkColumns(source.feed, header, source.label);
  const texts = source.feed.columns.flatMap(({ name, headers, isLocal }) => {
    const column = described[header.findIndex((text) => headers.includes(text.toLowerCase()))];
    if (column === undefined) return [];
    if (name === 'store_id' && /^(DOUBLE|FLOAT|DECIMAL\(\d+,[^0])/.test(String(column.column_type))) {
      throw invalid(
        `${source.label}: store_id is ${column.column_type}, which cannot represent every id; expected text or a whole number`,
      );
    }
    return [{ name, text: textOf(column, isLocal) }];
  });
  const labels = labelColumns(source.feed, header, source.label);
  const labelTexts = labels.map(({ key, position }) => ({
    name: labelColumn(key),
    text: textOf(described[position] as Row),
  }));
  const all = [...texts, ...labelTexts];
  const columns = all.map(({ name, text }) => `${text} as ${identifier(name)}`);
  const names = all.map(({ name }) => identifier(name));
  const query = `
    select ${names.map((name) => `coalesce(${quicklyTrimmed(name)}, '') as ${name}`).join(', ')},
      coalesce(${isPlain('store_id')}, true) as plain,
      case when ${names.map(holdsNull).join(' or ')} then '${NULL_REASON}' end as broken,
      concat_ws(',', ${names.join(', ')}) as line
    from (select ${columns.join(', ')} from ${file})`;
  return { query, columns: new Set(texts.map(({ name }) => name)), labels: labels.map(({ key }) => key) };
}

/**
 * The number of rows according to the footer, before any are read. The footer gives it for the file, for each row group
 * and for each column; a reader may use any of them, so the largest counts.
 */
async function rowsClaimed(session: Session, path: string): Promise<number> {
  const { rows } = await session.row(`
    select greatest(
      (select sum(num_rows) from parquet_file_metadata(${pathLiteral(path)})),
      (select sum(rows) from (
        select max(greatest(row_group_num_rows, num_values)) as rows
        from parquet_metadata(${pathLiteral(path)}) group by row_group_id))
    ) as rows`);
  return Number(rows);
}

/** Timestamps get the form that they have in CSV files, which is the fastest one to check. */
function textOf({ column_name, column_type }: Row, isLocal = false): string {
  const column = identifier(String(column_name));
  const type = String(column_type);
  if (type === 'TIMESTAMP WITH TIME ZONE') return `${column}::timestamp::varchar || ' UTC'`;
  return type.startsWith('TIMESTAMP') && !isLocal ? `${column}::varchar || ' UTC'` : `${column}::varchar`;
}
