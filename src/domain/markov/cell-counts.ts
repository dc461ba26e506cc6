/** How many there are of which cells of a table. Only the first `length` entries count. */
export interface Cells {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
  readonly length: number;
}

/** Counts cells, each of which stands there once. */
export class CellCounts implements Cells {
  readonly cells: Int32Array;
  readonly counts: Float64Array;
  length = 0;
  /** Where each cell stands, if it does: what is left from earlier does not stand where it says. */
  readonly #places: Int32Array;

  /** @param cells how many cells there are */
  constructor(cells: number) {
    this.cells = new Int32Array(cells);
    this.counts = new Float64Array(cells);
    this.#places = new Int32Array(cells);
  }

  clear(): void {
    this.length = 0;
  }

  /** @param position a cell, or between one and the next; what is between is shared by the two */
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
