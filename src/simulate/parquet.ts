import { DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../lib/sql.ts';

/**
 * Copies polls from the CSV that `simulate` writes into a Parquet file with the columns `store_id` and `status` (text)
 * and `timestamp_utc` (a timestamp in microseconds), in the same order.
 *
 * @throws the reason of `signal` when it aborts
 */
export async function pollsToParquet(csv: string, parquet: string, signal: AbortSignal | undefined): Promise<void> {
  // One thread: the same polls give the same bytes, and only one row group is in memory.
  const database = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '512MB' });
  const connection = await database.connect();
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    signal?.throwIfAborted();
    await connection.run(`
      copy (
        select store_id, status, timestamp_utc::timestamp as timestamp_utc
        from read_csv(
          ${literal(csv)}, auto_detect = false, header = true, delim = ',', quote = '', escape = '', new_line = '\\n',
          columns = {store_id: 'varchar', status: 'varchar', timestamp_utc: 'varchar'}
        )
      ) to ${literal(parquet)} (format parquet, compression zstd)`);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
    database.closeSync();
  }
}
