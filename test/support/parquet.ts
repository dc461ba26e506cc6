import { join } from 'node:path';
import { Database } from '../../src/duckdb/database.ts';
import { literal } from '../../src/lib/sql.ts';
import type { Importer } from './importer.ts';

/** Writes the result of a query as a Parquet file into the importer's folder; returns its path. */
export async function parquetFile({ folder }: Importer, name: string, query: string): Promise<string> {
  const path = join(folder, name);
  const database = await Database.inMemory();
  const session = await database.session();
  try {
    await session.run(`copy (${query}) to ${literal(path)} (format parquet)`);
  } finally {
    session.close();
    database.close();
  }
  return path;
}
