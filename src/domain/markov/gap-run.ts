import { HOUR, MINUTE } from '../hours.ts';
import type { CellCounts } from './cell-counts.ts';
import { cellOf } from './gap-table.ts';

/** Of shorter gaps, which say little about rates, only the number and the total length are kept. */
const SHORTEST = 10 * MINUTE;
/** Longer gaps do not belong to a run. */
const LONGEST = 150 * MINUTE;

/** A run of gaps between polls of one state, open throughout and shorter than `LONGEST`, of which only sums are kept. */
export class GapRun {
  #ordinary = 0;
  /** The sums of the lengths in hours, and of their squares. */
  #hours = 0;
  #squares = 0;
  #short = 0;
  #shortHours = 0;
  /** The longest gap in milliseconds. */
  longest = 0;

  clear(): void {
    this.#ordinary = 0;
    this.#hours = 0;
    this.#squares = 0;
    this.#short = 0;
    this.#shortHours = 0;
    this.longest = 0;
  }

  get isEmpty(): boolean {
    return this.#ordinary + this.#short === 0;
  }

  /**
   * Extends the run over the polls `[first, last)` as long as they belong to it.
   *
   * @param end the instant before which they have to be
   * @param before the instant of the poll before `first`, which saw `state`
   * @returns the index of the first poll that does not belong to the run
   */
  follow(
    instant: Float64Array,
    active: Uint8Array,
    first: number,
    last: number,
    end: number,
    before: number,
    state: number,
  ): number {
    // Local variables: this loop takes nearly all of the time.
    let previous = before;
    let ordinary = 0;
    let hours = 0;
    let squares = 0;
    let short = 0;
    let shortHours = 0;
    let longest = this.longest;
    let i = first;
    for (; i < last; i++) {
      const at = instant[i] as number;
      const gap = at - previous;
      if (at >= end || gap >= LONGEST || active[i] !== state) break;
      const x = gap * (1 / HOUR);
      if (gap < SHORTEST) {
        short++;
        shortHours += x;
      } else {
        ordinary++;
        hours += x;
        squares += x * x;
      }
      if (gap > longest) longest = gap;
      previous = at;
    }
    this.#ordinary += ordinary;
    this.#hours += hours;
    this.#squares += squares;
    this.#short += short;
    this.#shortHours += shortHours;
    this.longest = longest;
    return i;
  }

  add(other: GapRun): void {
    this.#ordinary += other.#ordinary;
    this.#hours += other.#hours;
    this.#squares += other.#squares;
    this.#short += other.#short;
    this.#shortHours += other.#shortHours;
    this.longest = Math.max(this.longest, other.longest);
  }

  /** Adds the gaps to cells of whole gaps, the short ones as if of equal length. */
  addTo(cells: CellCounts, state: number): void {
    const ends = 3 * state;
    if (this.#short > 0) cells.add(cellOf(ends, (this.#shortHours / this.#short) * HOUR), this.#short);
    if (this.#ordinary === 0) return;
    // Two lengths with the same mean and variance stand for all, since the tabulated figures are nearly linear in the
    // length. They lie a standard deviation below and above the mean, but never below `SHORTEST`.
    const mean = this.#hours / this.#ordinary;
    const variance = Math.max(0, this.#squares / this.#ordinary - mean * mean);
    const below = Math.min(Math.sqrt(variance), mean - SHORTEST / HOUR);
    // All lengths are equal.
    if (below < 1e-6) {
      cells.add(cellOf(ends, mean * HOUR), this.#ordinary);
      return;
    }
    const above = variance / below;
    cells.add(cellOf(ends, (mean - below) * HOUR), (this.#ordinary * above) / (below + above));
    cells.add(cellOf(ends, (mean + above) * HOUR), (this.#ordinary * below) / (below + above));
  }
}
