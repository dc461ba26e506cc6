import { HOUR, MINUTE } from '../hours.ts';
import type { LatentClass } from './classes.ts';
import { CELL_FIGURES, CELLS, type GapTable, IMPOSSIBLE } from './gap-table.ts';
import { Transition } from './transition.ts';

/** Longer edges are not tabulated. */
export const LONGEST_EDGE = 150 * MINUTE;

/** The number of tabulated edge lengths, denser for short ones; in between, figures are interpolated. */
const LENGTHS = 19;
const LENGTH_UNIT = LONGEST_EDGE / (LENGTHS - 1) ** 2;

/**
 * The rest of a gap beside an edge matters less and is rounded to one of these lengths: `DIVISIONS` for each doubling,
 * up to eight days. The last is infinite.
 */
const DIVISIONS = 12;
const RESTS = 11 * DIVISIONS + 3;
const REST_UNIT = 5 * MINUTE;

/** The number of gap segments: all cells of whole gaps, then the edges by state, rest and length. */
export const GAP_SEGMENTS = CELLS + 2 * RESTS * LENGTHS;

/** The figures of a segment and a latentClass: see `GapSegmentTable.figures`. */
export const SEGMENT_FIGURES = 4;

/**
 * The downtime of gap segments for each latent class. A gap segment is a gap between two polls that is open throughout,
 * or an edge: an open stretch that begins (or ends) at a poll and is cut, by business hours or the start of a window,
 * before the other poll of its gap, which saw the same state.
 */
export class GapSegmentTable {
  /**
   * Four figures, at `(class · GAP_SEGMENTS + segment) · SEGMENT_FIGURES`: the expected downtime in milliseconds, its
   * variance, and the log-probabilities that the store was never and always down.
   */
  readonly figures: Float64Array;

  constructor({ classes, figures }: GapTable) {
    this.figures = new Float64Array(classes.length * GAP_SEGMENTS * SEGMENT_FIGURES);
    for (const [k, latentClass] of classes.entries()) {
      for (let cell = 0; cell < CELLS; cell++) {
        const from = (k * CELLS + cell) * CELL_FIGURES;
        this.figures.set(figures.subarray(from, from + SEGMENT_FIGURES), (k * GAP_SEGMENTS + cell) * SEGMENT_FIGURES);
      }
      this.#addEdges(k, latentClass);
    }
  }

  #addEdges(k: number, { failure, recovery }: LatentClass): void {
    // State 1 is down.
    const rates = { enter: failure, leave: recovery };
    const near = Array.from({ length: LENGTHS }, (_, length) => {
      const transition = new Transition();
      transition.set(rates, lengthAt(length));
      return transition;
    });
    const far = new Transition();
    for (let rest = 0; rest < RESTS; rest++) {
      far.move(rates, restAt(rest));
      for (const [
        length,
        { p00, p01, p10, p11, g00, g01, g10, g11, h00, h01, h10, h11, stay0, stay1 },
      ] of near.entries()) {
        const up = p00 * far.p00 + p01 * far.p10;
        const downWhileUp = (g00 * far.p00 + g01 * far.p10) / up;
        const squareWhileUp = (h00 * far.p00 + h01 * far.p10) / up;
        this.#put(k, edgeOf(1, rest, length), downWhileUp, squareWhileUp, (stay0 * far.p00) / up, 0);
        const down = p11 * far.p11 + p10 * far.p01;
        const meanDown = (g11 * far.p11 + g10 * far.p01) / down;
        const squareDown = (h11 * far.p11 + h10 * far.p01) / down;
        this.#put(k, edgeOf(0, rest, length), meanDown, squareDown, 0, (stay1 * far.p11) / down);
      }
    }
  }

  #put(latentClass: number, segment: number, mean: number, square: number, never: number, always: number): void {
    const at = (latentClass * GAP_SEGMENTS + segment) * SEGMENT_FIGURES;
    this.figures[at] = mean;
    this.figures[at + 1] = Math.max(0, square - mean * mean);
    this.figures[at + 2] = never > 0 ? Math.log(never) : IMPOSSIBLE;
    this.figures[at + 3] = always > 0 ? Math.log(always) : IMPOSSIBLE;
  }
}

function edgeOf(state: number, rest: number, length: number): number {
  return CELLS + (state * RESTS + rest) * LENGTHS + length;
}

/**
 * The position of an edge among the gap segments: the integer part is a segment, the fraction interpolates to the next.
 *
 * @param state the state at both ends of its gap, or at the only one
 * @param length milliseconds, at most `LONGEST_EDGE`
 * @param rest the rest of the gap, at most eight days, or infinite when there is no other poll
 */
export function gapSegmentOf(state: number, length: number, rest: number): number {
  const units = 1 + rest / REST_UNIT;
  const doublings = 31 - Math.clz32(units);
  const line =
    rest === Number.POSITIVE_INFINITY ? RESTS - 1 : DIVISIONS * (doublings - 1) + ((DIVISIONS * units) >> doublings);
  const square = length * (1 / LENGTH_UNIT);
  const column = Math.min(Math.floor(Math.sqrt(square)), LENGTHS - 2);
  return edgeOf(state, line, column + Math.min(0.999999, (square - column * column) / (2 * column + 1)));
}

function lengthAt(column: number): number {
  return LENGTH_UNIT * column ** 2;
}

/**
 * The rest that stands for a line, a little before its middle, because figures change faster for shorter rests; 0 for
 * the first, where only a window cuts.
 */
function restAt(line: number): number {
  if (line === RESTS - 1) return 1e6 * HOUR;
  return line === 0
    ? 0
    : REST_UNIT * (2 ** Math.floor(line / DIVISIONS) * (1 + ((line % DIVISIONS) + 0.42) / DIVISIONS) - 1);
}
