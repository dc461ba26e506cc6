import { HOUR, MINUTE } from '../hours.ts';
import type { Cells } from './cell-counts.ts';
import { type LatentClass, shareUp } from './classes.ts';
import { Transition } from './transition.ts';

/** The states at the two ends of a gap between polls, as a number: 2 · up at the start + up at the end. */
export const ENDS = 4;
export const DOWN_DOWN = 0;
const DOWN_UP = 1;
const UP_DOWN = 2;
export const UP_UP = 3;

/** Gaps are tabulated at these lengths, up to the eight days that polls reach back; in between we interpolate. */
export const KNOTS = 49;

/** Beyond it the knots are so far apart that the table tells well how likely a gap is, but not what happened in it. */
export const LONGEST_GAP = 12 * HOUR;

/** All gaps by their ends and their length: a cell is `ends · KNOTS + knot`. */
export const CELLS = ENDS * KNOTS;

/** Where a gap stands among the cells: the whole part is a cell, the rest how far it is to the next. */
export function cellOf(ends: number, gap: number): number {
  return ends * KNOTS + knotOf(gap);
}

/** Where a gap stands among the knots: the whole part is a knot, the rest how far it is to the next. */
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

/** In place of the logarithm of 0. It must survive a multiplication by 0. */
export const IMPOSSIBLE = -1e6;

/** So many classes at a time have their sums in registers. */
const ABREAST = 4;

/** What a gap that is open throughout means for each class of store. */
export class GapTable {
  readonly classes: readonly LatentClass[];
  /** The number of classes, rounded up to what is convenient: how far apart rows of one number a class stand. */
  readonly width: number;
  /** The logarithm of the probability of the state at the end, at `cell · width + latentClass`. */
  readonly #reach: Float64Array;
  /** The logarithms of the probabilities that the first poll sees it down (0) and up (1), at `state · width + latentClass`. */
  readonly #first: Float64Array;
  /**
   * Five figures each, at `(latentClass · CELLS + cell) · CELL_FIGURES`: the expected downtime in milliseconds, its variance, the
   * logarithms of the probabilities that the store was never and always down, and how many times it is expected to have
   * gone down.
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
        // State 1 is down. No two polls are at one instant, and the logarithm of their disagreeing would be infinite.
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
   * The logarithms of how likely a store's polls are for each class.
   *
   * @param first the state that its first poll saw
   * @param gaps between its polls, by cell
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
