import type { DuckDBDataChunk } from '@duckdb/node-api';

/**
 * The numbers of a chunk's column that holds no nulls (integer, tinyint, double …). Valid until the next chunk.
 *
 * The driver keeps them in a typed array that its types do not show; where it does not, they are read one by one.
 */
export function numbersOf(chunk: DuckDBDataChunk, column: number): ArrayLike<number> {
  const vector = chunk.getColumnVector(column);
  const { items } = vector as unknown as { items?: unknown };
  if (items instanceof Int32Array || items instanceof Float64Array || items instanceof Uint8Array) return items;
  return Array.from({ length: chunk.rowCount }, (_, i) => Number(vector.getItem(i)));
}
