import { identifier, type Session } from '../duckdb/session.ts';
import { invalid } from '../errors.ts';
import type { Row } from '../sql.ts';
import { pathLiteral } from './csv-rows.ts';
import { checkColumns } from './header.ts';
import type { Source } from './source.ts';

/**
 * The rows of a Parquet file, as text like those of a CSV file.
 *
 * @throws UserError `invalid_input` when a column is not there or cannot hold what it should
 */
export async function parquetRows(session: Session, source: Source): Promise<string> {
  const file = `read_parquet(${pathLiteral(source.path)}, binary_as_string = true, hive_partitioning = false)`;
  const described = await session.rows(`describe select * from ${file}`);
  const names = described.map((row) => String(row.column_name).trim().toLowerCase());
  checkColumns(source.feed, names, source.label);
  const texts = source.feed.columns.map(({ name, headers }) => {
    const column = described[names.findIndex((text) => headers.includes(text))] ?? {};
    if (name === 'store_id' && /^(DOUBLE|FLOAT|DECIMAL\(\d+,[^0])/.test(String(column.column_type))) {
      throw invalid(
        `${source.label}: store_id is ${column.column_type}, which cannot hold every id; expected text or a whole number`,
      );
    }
    return { name, text: `coalesce(trim(${textOf(column)}, ' '), '')` };
  });
  return `
    select ${texts.map(({ name, text }) => `${text} as ${identifier(name)}`).join(', ')},
      null::varchar as broken, concat_ws(',', ${texts.map(({ text }) => text).join(', ')}) as line
    from ${file}`;
}

/** Timestamps are written as CSV files have them, which is what the check of an instant is quick at. */
function textOf({ column_name, column_type }: Row): string {
  const column = identifier(String(column_name));
  const type = String(column_type);
  if (type === 'TIMESTAMP WITH TIME ZONE') return `${column}::timestamp::varchar || ' UTC'`;
  return type.startsWith('TIMESTAMP') ? `${column}::varchar || ' UTC'` : `${column}::varchar`;
}
