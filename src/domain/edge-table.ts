import { Stretch } from './chain.ts';
import type { DowntimeSums } from './downtime-sums.ts';
import { HOUR, MINUTE } from './hours.ts';
import type { Kind } from './kinds.ts';

/** Longer stretches beside a poll are not tabulated. */
export const LONGEST_EDGE = 2 * HOUR;

const LENGTHS = 13;
const RESTS = 12;

/** The figures of an edge and a kind. */
const FIGURES = 3;

/**
 * Edges: open stretches that begin (or, backwards, end) at a poll and are cut off before the poll at the other end of
 * their gap, by business hours or by a window. What they mean for each kind of store, by the states that the two polls
 * saw, the length of the stretch and the rest of the gap; between the tabulated lengths we interpolate.
 */
export class EdgeTable {
  readonly #kinds: number;
  readonly #figures: Float64Array;

  constructor(kinds: readonly Kind[]) {
    this.#kinds = kinds.length;
    this.#figures = new Float64Array(4 * LENGTHS * RESTS * FIGURES * kinds.length);
    const near = new Stretch();
    const fars = Array.from({ length: RESTS }, () => new Stretch());
    for (const [k, { failure, recovery }] of kinds.entries()) {
      for (const state of [0, 1]) {
        const rates = state === 1 ? { enter: failure, leave: recovery } : { enter: recovery, leave: failure };
        for (const [rest, far] of fars.entries()) far.set(rates, restAt(rest));
        for (let length = 0; length < LENGTHS; length++) {
          near.set(rates, lengthAt(length));
          for (const [rest, far] of fars.entries()) {
            this.#put(2 * state + state, length, rest, k, near, far.p00, far.p10);
            this.#put(2 * state + 1 - state, length, rest, k, near, far.p01, far.p11);
          }
        }
      }
    }
  }

  #put(ends: number, length: number, rest: number, kind: number, near: Stretch, fromHome: number, fromAway: number) {
    const p = near.p00 * fromHome + near.p01 * fromAway;
    if (!(p > 0)) return;
    const at = (((ends * LENGTHS + length) * RESTS + rest) * this.#kinds + kind) * FIGURES;
    const mean = (near.g00 * fromHome + near.g01 * fromAway) / p;
    this.#figures[at] = mean;
    this.#figures[at + 1] = Math.max(0, (near.h00 * fromHome + near.h01 * fromAway) / p - mean * mean);
    this.#figures[at + 2] = (near.stay0 * fromHome) / p;
  }

  /**
   * Adds an edge to the sums of each kind in question.
   *
   * @param near the state that the poll at the edge saw
   * @param far what the other one saw, or the same when there is none
   * @param length of the edge in milliseconds, at most `LONGEST_EDGE`
   * @param rest what is left of the gap, infinite when there is no other poll
   */
  addTo(sums: DowntimeSums, near: number, far: number, length: number, rest: number): void {
    const figures = this.#figures;
    const x = Math.min((LENGTHS - 1) * Math.sqrt(length / LONGEST_EDGE), LENGTHS - 1.000001);
    const y = rest < FARTHEST ? Math.log2(1 + rest / (15 * MINUTE)) : RESTS - 1.000001;
    const column = Math.floor(x);
    const line = Math.floor(y);
    const row = (((2 * near + far) * LENGTHS + column) * RESTS + line) * this.#kinds * FIGURES;
    const right = this.#kinds * FIGURES;
    const below = RESTS * right;
    // The weights of the four corners.
    const wd = (x - column) * (y - line);
    const wc = x - column - wd;
    const wb = y - line - wd;
    const wa = 1 - (x - column) - wb;
    const { kind, mean, variance } = sums;
    const pure = near === 1 ? sums.never : sums.always;
    if (near === 1) sums.mayBeAlways = false;
    else sums.mayBeNever = false;
    for (let i = 0; i < sums.kinds; i++) {
      const a = row + (kind[i] as number) * FIGURES;
      const b = a + right;
      const c = a + below;
      const d = c + right;
      const away =
        wa * (figures[a] as number) +
        wb * (figures[b] as number) +
        wc * (figures[c] as number) +
        wd * (figures[d] as number);
      const spread =
        wa * (figures[a + 1] as number) +
        wb * (figures[b + 1] as number) +
        wc * (figures[c + 1] as number) +
        wd * (figures[d + 1] as number);
      const none =
        wa * (figures[a + 2] as number) +
        wb * (figures[b + 2] as number) +
        wc * (figures[c + 2] as number) +
        wd * (figures[d + 2] as number);
      mean[i] = (mean[i] as number) + (near === 1 ? away : length - away);
      variance[i] = (variance[i] as number) + spread;
      pure[i] = (pure[i] as number) * none;
    }
  }
}

/** Rests from here on are as good as endless. */
const FARTHEST = 8 * 24 * HOUR;

function lengthAt(knot: number): number {
  return LONGEST_EDGE * (knot / (LENGTHS - 1)) ** 2;
}

function restAt(knot: number): number {
  return knot === RESTS - 1 ? 1e6 * HOUR : 15 * MINUTE * (2 ** knot - 1);
}
