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

/** Copies the columns of a result, which have no nulls, into arrays; those for 64-bit integers from columns of them. */
export async function fillColumns(
  result: WholeResult,
  columns: readonly (NumberColumn | BigInt64Array)[],
): Promise<void> {
  const copies = columns.map((column, i) =>
    column instanceof BigInt64Array || result.typeOf(i) === typeIn(column)
      ? copyBytes(column, i)
      : copyNumbers(column, i),
  );
  let row = 0;
  for await (const chunk of result.chunks) {
    const { rowCount } = chunk;
    for (const copy of copies) copy(chunk, row, rowCount);
    row += rowCount;
  }
}

/** Copies a column of a chunk to the place of its first row. */
type Copy = (chunk: DuckDBDataChunk, row: number, rowCount: number) => void;

/** Of the same type: its bytes are copied. The driver's vectors would take longer to make than the copy. */
function copyBytes(column: NumberColumn | BigInt64Array, index: number): Copy {
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
