import { HOUR, MINUTE } from '../hours.ts';
import type { CellCounts } from './cell-counts.ts';
import { cellOf } from './gap-table.ts';

/** Shorter gaps say so little that of them the number and the time are enough. */
const SHORTEST = 10 * MINUTE;
/** Gaps from here on are not ordinary. */
const LONGEST = 150 * MINUTE;

/** Gaps between polls of one state, open throughout and of ordinary length, which it is enough to know some sums of. */
export class GapRun {
  #ordinary = 0;
  /** The sums of the ordinary ones' hours and of the squares of these. */
  #hours = 0;
  #squares = 0;
  #short = 0;
  #shortHours = 0;
  /** The longest, in milliseconds. */
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
   * Takes the polls from `first` to before `last` as long as they are ordinary.
   *
   * @param end the polls before it
   * @param before the instant of the poll before `first`, which saw `state`
   * @returns the index of the first poll that is out of the ordinary
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
    // In variables of its own: nearly all the time goes by here.
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

  /** Adds the gaps to cells of whole gaps, the short ones as equally long. */
  addTo(cells: CellCounts, state: number): void {
    const ends = 3 * state;
    if (this.#short > 0) cells.add(cellOf(ends, (this.#shortHours / this.#short) * HOUR), this.#short);
    if (this.#ordinary === 0) return;
    // As if there were only two lengths, with the same mean and variance: all that gaps are asked is nearly straight.
    // Usually these are a deviation below and above the mean, none below the shortest that occurs.
    const mean = this.#hours / this.#ordinary;
    const variance = Math.max(0, this.#squares / this.#ordinary - mean * mean);
    const below = Math.min(Math.sqrt(variance), mean - SHORTEST / HOUR);
    // Lengths that are as good as equal.
    if (below < 1e-6) {
      cells.add(cellOf(ends, mean * HOUR), this.#ordinary);
      return;
    }
    const above = variance / below;
    cells.add(cellOf(ends, (mean - below) * HOUR), (this.#ordinary * above) / (below + above));
    cells.add(cellOf(ends, (mean + above) * HOUR), (this.#ordinary * below) / (below + above));
  }
}
