import { Stretch } from './chain.ts';
import { HOUR, MINUTE } from './hours.ts';
import { type Kind, shareUp } from './kinds.ts';

/** The states at the two ends of a gap between polls, as a number: 2 · up at the start + up at the end. */
export const ENDS = 4;
export const DOWN_DOWN = 0;
const DOWN_UP = 1;
const UP_DOWN = 2;
export const UP_UP = 3;

/** Gaps are tabulated at these lengths, up to the eight days that polls reach back; in between we interpolate. */
export const KNOTS = 49;

/** All gaps by their ends and their length: a cell is `ends · KNOTS + knot`. */
export const CELLS = ENDS * KNOTS;

/** Where a gap stands among the knots: the whole part is a knot, the rest how far it is to the next. */
export function knotOf(gap: number): number {
  if (gap < 30 * MINUTE) return gap * (1 / (5 * MINUTE));
  if (gap < 3 * HOUR) return 4 + gap * (1 / (15 * MINUTE));
  if (gap < 12 * HOUR) return 13 + gap * (1 / HOUR);
  return 23.5 + gap * (1 / (8 * HOUR));
}

/** The length of a gap at a knot, in milliseconds. */
export function gapAt(knot: number): number {
  if (knot < 6) return knot * 5 * MINUTE;
  if (knot < 16) return (knot - 4) * 15 * MINUTE;
  if (knot < 25) return (knot - 13) * HOUR;
  return (knot - 23.5) * 8 * HOUR;
}

/** The figures of a cell and a kind: see `GapTable.figures`. */
export const FIGURES = 5;

/** In place of the logarithm of 0. It must survive a multiplication by 0. */
const IMPOSSIBLE = -1e6;

/** What a gap that is open throughout means for each kind of store, at `cell · kinds + kind`. */
export class GapTable {
  readonly kinds: readonly Kind[];
  /** The logarithm of the probability of the state at the end. */
  readonly reach: Float64Array;
  /**
   * Five figures each: the expected downtime in milliseconds, its variance, the logarithms of the probabilities that
   * the store was never and always down, and how many times it is expected to have gone down.
   */
  readonly figures: Float64Array;
  /** The logarithms of the probabilities that the first poll sees it down (0) and up (1), at `state · kinds + kind`. */
  readonly first: Float64Array;

  constructor(kinds: readonly Kind[]) {
    this.kinds = kinds;
    this.reach = new Float64Array(CELLS * kinds.length);
    this.figures = new Float64Array(FIGURES * CELLS * kinds.length);
    this.first = Float64Array.from({ length: 2 * kinds.length }, (_, i) => {
      const up = shareUp(kinds[i % kinds.length] as Kind);
      return Math.log(Math.max(1e-9, i < kinds.length ? 1 - up : up));
    });
    const stretch = new Stretch();
    for (let knot = 0; knot < KNOTS; knot++) {
      // No two polls are at one instant, and the logarithm of their disagreeing would be infinite.
      const gap = Math.max(1, gapAt(knot));
      for (const [k, { failure, recovery }] of kinds.entries()) {
        // State 1 is down.
        stretch.set({ enter: failure, leave: recovery }, gap);
        const s = stretch;
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
    kind: number,
    p: number,
    g: number,
    h: number,
    never: number,
    always: number,
    failures: number,
  ): void {
    const at = (ends * KNOTS + knot) * this.kinds.length + kind;
    const mean = p > 0 ? g / p : 0;
    this.reach[at] = p > 0 ? Math.log(p) : IMPOSSIBLE;
    this.figures[FIGURES * at] = mean;
    this.figures[FIGURES * at + 1] = p > 0 ? Math.max(0, h / p - mean * mean) : 0;
    this.figures[FIGURES * at + 2] = p > 0 && never > 0 ? Math.log(never / p) : IMPOSSIBLE;
    this.figures[FIGURES * at + 3] = p > 0 && always > 0 ? Math.log(always / p) : IMPOSSIBLE;
    this.figures[FIGURES * at + 4] = p > 0 ? failures / p : 0;
  }
}
