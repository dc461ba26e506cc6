type ColumnArray = Int32Array | Float64Array | Uint8Array;

/** A typed array that grows as values are pushed. */
export class GrowingColumn<T extends ColumnArray> {
  readonly #make: (length: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (length: number) => T, capacity = 4096) {
    this.#make = make;
    this.#values = make(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The values so far; a view that becomes outdated with the next `push`. */
  get values(): T {
    return this.#values.subarray(0, this.#length) as T;
  }

  at(index: number): number {
    return this.#values[index] as number;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = this.#make(2 * this.#length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** Removes all values and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }
}

/** A column in memory that threads can share: itself if it lies there already, otherwise a copy of its first `length` values. */
export function shared<T extends ColumnArray>(column: T, length = column.length): T {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const Column = column.constructor as new (memory: SharedArrayBuffer) => T;
  const copy = new Column(new SharedArrayBuffer(length * column.BYTES_PER_ELEMENT));
  copy.set(column.subarray(0, length));
  return copy;
}

export function int32Column(): GrowingColumn<Int32Array> {
  return new GrowingColumn((length) => new Int32Array(length));
}

export function float64Column(capacity?: number): GrowingColumn<Float64Array> {
  return new GrowingColumn((length) => new Float64Array(length), capacity);
}

export function uint8Column(): GrowingColumn<Uint8Array> {
  return new GrowingColumn((length) => new Uint8Array(length));
}

/** A column of a file that is written. */
export interface OutputColumn {
  readonly name: string;
  readonly type: 'varchar' | 'double' | 'integer';
  readonly length: number;
  /** Whether values may be null. */
  readonly nullable?: boolean;
  at(row: number): string | number | null;
}
