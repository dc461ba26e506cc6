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

  /** The values so far; a view that later pushes may leave behind. */
  get values(): T {
    return this.#values.subarray(0, this.#length) as T;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = this.#make(2 * this.#length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }
}

export function int32Column(): GrowingColumn<Int32Array> {
  return new GrowingColumn((length) => new Int32Array(length));
}

export function float64Column(): GrowingColumn<Float64Array> {
  return new GrowingColumn((length) => new Float64Array(length));
}

export function uint8Column(): GrowingColumn<Uint8Array> {
  return new GrowingColumn((length) => new Uint8Array(length));
}

/** A column of texts or numbers, to be written somewhere. */
export interface OutputColumn {
  readonly name: string;
  readonly type: 'varchar' | 'double' | 'integer';
  readonly length: number;
  /** Whether values may be missing; if not given, none is. */
  readonly nullable?: boolean;
  at(row: number): string | number | null;
}
