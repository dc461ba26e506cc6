import { HOUR, MINUTE } from '../hours.ts';
import type { Cells } from './cell-counts.ts';
import { type LatentClass, shareUp } from './classes.ts';
import { Transition } from './transition.ts';

/** The states at the two ends of a gap as one number: 2 · (up at the start) + (up at the end). */
export const ENDS = 4;
export const DOWN_DOWN = 0;
const DOWN_UP = 1;
const UP_DOWN = 2;
export const UP_UP = 3;

/** The number of tabulated gap lengths, up to eight days; in between, figures are interpolated. */
export const KNOTS = 49;

/** For longer gaps the knots are too far apart for downtime; only likelihoods are precise enough. */
export const LONGEST_GAP = 12 * HOUR;

/** The number of cells of the table; a cell is `ends · KNOTS + knot`. */
export const CELLS = ENDS * KNOTS;

/** The position of a gap among the cells: the integer part is a cell, the fraction interpolates to the next. */
export function cellOf(ends: number, gap: number): number {
  return ends * KNOTS + knotOf(gap);
}

/** The position of a gap among the knots: the integer part is a knot, the fraction interpolates to the next. */
export function knotOf(gap: number): number {
  if (gap < 30 * MINUTE) return gap * (1 / (5 * MINUTE));
  if (gap < 3 * HOUR) return 4 + gap * (1 / (15 * MINUTE));
  if (gap < LONGEST_GAP) return 13 + gap * (1 / HOUR);
  return 23.5 + gap * (1 / (8 * HOUR));
}

/** The length of a gap at a knot, in milliseconds. */
export function gapAt(knot: number): number {
  if (knot < 6) return knot * 5 * MINUTE;
  if (knot < 16) return (knot - 4) * 15 * MINUTE;
  if (knot < 25) return (knot - 13) * HOUR;
  return (knot - 23.5) * 8 * HOUR;
}

/** The figures of a cell and a latentClass: see `GapTable.figures`. */
export const CELL_FIGURES = 5;

/** Stands for the logarithm of 0; finite, because it may be multiplied by 0. */
export const IMPOSSIBLE = -1e6;

/** The number of classes that are summed at a time, so that their sums stay in registers. */
const ABREAST = 4;

/** The likelihood and the downtime of a gap that is open throughout, for each latent class. */
export class GapTable {
  readonly classes: readonly LatentClass[];
  /** The stride of rows with one number for each class: the number of classes, rounded up to a multiple of four. */
  readonly width: number;
  /** The log-probability of the state at the end, at `cell · width + class`. */
  readonly #reach: Float64Array;
  /** The log-probability of the state at the first poll, at `state · width + class`. */
  readonly #first: Float64Array;
  /**
   * Five figures, at `(class · CELLS + cell) · CELL_FIGURES`: the expected downtime in milliseconds, its variance, the
   * log-probabilities that the store was never and always down, and the expected number of failures.
   */
  readonly figures: Float64Array;

  constructor(classes: readonly LatentClass[]) {
    this.classes = classes;
    this.width = ABREAST * Math.ceil(classes.length / ABREAST);
    this.#reach = new Float64Array(CELLS * this.width);
    this.#first = new Float64Array(2 * this.width);
    this.figures = new Float64Array(CELL_FIGURES * CELLS * classes.length);
    const s = new Transition();
    for (const [k, latentClass] of classes.entries()) {
      const up = shareUp(latentClass);
      this.#first[k] = Math.log(Math.max(1e-9, 1 - up));
      this.#first[this.width + k] = Math.log(Math.max(1e-9, up));
      for (let knot = 0; knot < KNOTS; knot++) {
        // State 1 is down. Two polls are never at the same instant, so a gap of 0 counts as 1 ms.
        s.set({ enter: latentClass.failure, leave: latentClass.recovery }, Math.max(1, gapAt(knot)));
        this.#put(UP_UP, knot, k, s.p00, s.g00, s.h00, s.stay0, 0, s.n00);
        this.#put(UP_DOWN, knot, k, s.p01, s.g01, s.h01, 0, 0, s.n01);
        this.#put(DOWN_UP, knot, k, s.p10, s.g10, s.h10, 0, 0, s.n10);
        this.#put(DOWN_DOWN, knot, k, s.p11, s.g11, s.h11, 0, s.stay1, s.n11);
      }
    }
  }

  #put(
    ends: number,
    knot: number,
    latentClass: number,
    p: number,
    g: number,
    h: number,
    never: number,
    always: number,
    failures: number,
  ): void {
    const cell = ends * KNOTS + knot;
    const at = (latentClass * CELLS + cell) * CELL_FIGURES;
    const mean = p > 0 ? g / p : 0;
    this.#reach[cell * this.width + latentClass] = p > 0 ? Math.log(p) : IMPOSSIBLE;
    this.figures[at] = mean;
    this.figures[at + 1] = p > 0 ? Math.max(0, h / p - mean * mean) : 0;
    this.figures[at + 2] = p > 0 && never > 0 ? Math.log(never / p) : IMPOSSIBLE;
    this.figures[at + 3] = p > 0 && always > 0 ? Math.log(always / p) : IMPOSSIBLE;
    this.figures[at + 4] = p > 0 ? failures / p : 0;
  }

  /**
   * The log-likelihood of a store's polls under each class.
   *
   * @param first the state at its first poll
   * @param gaps the gaps between its polls, by cell
   * @param out receives `width` numbers from `at` on
   */
  logLikelihoods(first: number, { cells, counts, length }: Cells, out: Float64Array, at: number): void {
    const reach = this.#reach;
    const width = this.width;
    for (let k = 0; k < width; k += ABREAST) {
      const begin = first * width + k;
      let a = this.#first[begin] as number;
      let b = this.#first[begin + 1] as number;
      let c = this.#first[begin + 2] as number;
      let d = this.#first[begin + 3] as number;
      for (let i = 0; i < length; i++) {
        const count = counts[i] as number;
        const row = (cells[i] as number) * width + k;
        a += count * (reach[row] as number);
        b += count * (reach[row + 1] as number);
        c += count * (reach[row + 2] as number);
        d += count * (reach[row + 3] as number);
      }
      out[at + k] = a;
      out[at + k + 1] = b;
      out[at + k + 2] = c;
      out[at + k + 3] = d;
    }
  }
}
