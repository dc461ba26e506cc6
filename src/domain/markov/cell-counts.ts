/** A sparse histogram over the cells of a table. Only the first `length` entries are valid. */
export interface Cells {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
  readonly length: number;
}

/** Counts cells; each cell has at most one entry. */
export class CellCounts implements Cells {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
  length = 0;
  /** The entry of each cell. Not reset by `clear`, so an entry must be checked to be of that cell. */
  readonly #places: Int32Array;

  /** @param cells the number of cells of the table */
  constructor(cells: number) {
    this.cells = new Int32Array(cells);
    this.counts = new Float64Array(cells);
    this.#places = new Int32Array(cells);
  }

  clear(): void {
    this.length = 0;
  }

  /** @param position a cell; with a fraction, the count is divided between this cell and the next */
  add(position: number, count: number): void {
    const cell = Math.floor(position);
    const rest = position - cell;
    this.#addTo(cell, count * (1 - rest));
    if (rest > 0) this.#addTo(cell + 1, count * rest);
  }

  #addTo(cell: number, count: number): void {
    const place = this.#places[cell] as number;
    if (place < this.length && this.cells[place] === cell) {
      this.counts[place] = (this.counts[place] as number) + count;
      return;
    }
    this.cells[this.length] = cell;
    this.counts[this.length] = count;
    this.#places[cell] = this.length++;
  }
}
