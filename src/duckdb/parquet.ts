import type { OutputColumn } from '../lib/columns.ts';
import { identifier, literal } from '../lib/sql.ts';
import { Database } from './database.ts';

/** Rows per JSON block. */
const BLOCK = 20_000;

/** Writes columns of one length as a Parquet file. */
export async function writeParquet(path: string, columns: readonly OutputColumn[]): Promise<void> {
  const database = await Database.inMemory();
  const session = await database.session();
  try {
    const definitions = columns.map(
      ({ name, type, nullable }) => `${identifier(name)} ${type} ${nullable ? 'null' : 'not null'}`,
    );
    await session.run(`create table content (${definitions.join(', ')})`);
    const length = columns[0]?.length ?? 0;
    for (let first = 0; first < length; first += BLOCK) {
      const rows = Array.from({ length: Math.min(BLOCK, length - first) }, (_, i) => first + i);
      const selected = columns.map(({ type }, i) => `unnest(from_json($c${letters(i)}::json, '["${type}"]'))`);
      const values = columns.map((column, i) => [`c${letters(i)}`, JSON.stringify(rows.map((row) => column.at(row)))]);
      await session.run(`insert into content select ${selected.join(', ')}`, Object.fromEntries(values));
    }
    await session.run(`copy content to ${literal(path)} (format parquet, compression zstd)`);
  } finally {
    session.close();
    database.close();
  }
}

/** Parameter names have no digits. */
function letters(index: number): string {
  return String.fromCharCode(97 + Math.floor(index / 26), 97 + (index % 26));
}
