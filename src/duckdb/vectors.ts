import { type DuckDBDataChunk, DuckDBTypeId } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { WholeResult } from './session.ts';

type NumberColumn = Int32Array | Float64Array | Uint8Array;

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
export async function fillColumns(result: WholeResult, columns: readonly NumberColumn[]): Promise<void> {
  const copies = columns.map((column, i) =>
    result.typeOf(i) === typeIn(column) ? copyBytes(column, i) : copyNumbers(column, i),
  );
  let row = 0;
  for await (const chunk of result.chunks) {
    const { rowCount } = chunk;
    for (const copy of copies) copy(chunk, row, rowCount);
    row += rowCount;
  }
}

/**
 * Copies the list of 64-bit integers that is the only value of a result, null if it is empty, into an array of pairs of
 * words, the lower one first.
 *
 * @param target the array for as many pairs
 */
export async function copyPairs(
  chunks: AsyncIterable<DuckDBDataChunk>,
  target: (length: number) => Int32Array,
): Promise<{ readonly length: number; readonly words: Int32Array }> {
  let copied = { length: 0, words: target(0) };
  for await (const { chunk } of chunks) {
    const list = duckdb.data_chunk_get_vector(chunk, 0);
    const length = duckdb.list_vector_get_size(list);
    const words = target(length);
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    if (length > 0) bytes.set(duckdb.vector_get_data(duckdb.list_vector_get_child(list), length * 8));
    // Otherwise the list would take its memory until a garbage collection, which nothing brings about.
    duckdb.data_chunk_reset(chunk);
    copied = { length, words };
  }
  return copied;
}

/** Copies a column of a chunk to the place of its first row. */
type Copy = (chunk: DuckDBDataChunk, row: number, rowCount: number) => void;

/** Of the same type: its bytes are copied. The driver's vectors would take longer to make than the copy. */
function copyBytes(column: NumberColumn, index: number): Copy {
  const width = column.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  return ({ chunk }, row, rowCount) => {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    bytes.set(duckdb.vector_get_data(vector, rowCount * width), row * width);
  };
}

function copyNumbers(column: NumberColumn, index: number): Copy {
  return (chunk, row) => column.set(numbersOf(chunk, index), row);
}

/** The type whose values lie in memory as in the array. */
function typeIn(column: NumberColumn): DuckDBTypeId {
  if (column instanceof Int32Array) return DuckDBTypeId.INTEGER;
  return column instanceof Float64Array ? DuckDBTypeId.DOUBLE : DuckDBTypeId.UTINYINT;
}
