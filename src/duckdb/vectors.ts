import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { WholeResult } from './session.ts';

/**
 * The numbers of a chunk's column that holds no nulls (integer, tinyint, double …). Valid until the next chunk.
 *
 * The driver has them in a typed array that its types do not declare; otherwise they are read one by one.
 */
export function numbersOf(chunk: DuckDBDataChunk, column: number): ArrayLike<number> {
  const vector = chunk.getColumnVector(column);
  const { items } = vector as unknown as { items?: unknown };
  if (items instanceof Int32Array || items instanceof Float64Array || items instanceof Uint8Array) return items;
  return Array.from({ length: chunk.rowCount }, (_, i) => Number(vector.getItem(i)));
}

/** Copies the columns of a result, which have no nulls, into arrays. */
export async function fillColumns(
  { chunks }: WholeResult,
  columns: readonly (Int32Array | Float64Array | Uint8Array)[],
): Promise<void> {
  let row = 0;
  for await (const chunk of chunks) {
    for (let i = 0; i < columns.length; i++) columns[i]?.set(numbersOf(chunk, i), row);
    row += chunk.rowCount;
  }
}
