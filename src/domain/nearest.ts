import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { WINDOWS } from './window.ts';

/** What `nearest` found for one store. */
export interface Estimate {
  /** How many polls counted. With none the open time is unknown. */
  counted: number;
  /** Open milliseconds in the active state, for each of `WINDOWS`; halves occur. */
  readonly up: Float64Array;
}

export function newEstimate(): Estimate {
  return { counted: 0, up: new Float64Array(WINDOWS.length) };
}

/**
 * The rule `nearest`: every open instant takes the state of the nearest poll that counts. Half-way between two polls
 * the state passes from one to the other; the first and the last poll reach as far as the windows do.
 *
 * @param open the store's open intervals, complete over the eight days before `asOf`, not clipped to a window
 * @param polls arranged polls of which `[first, last)` are this store's, none outside the eight days before `asOf`
 * @param asOf the instant at which the windows end, milliseconds
 * @param out receives the result
 */
export function nearest(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  asOf: number,
  out: Estimate,
): void {
  const { instant, active } = polls;
  out.up.fill(0);
  let state = 0;
  let upSince = Number.NEGATIVE_INFINITY;
  let previous = 0;
  let counted = 0;
  let i = first;
  for (let piece = 0; piece < open.length && i < last; piece += 2) {
    const from = open[piece] as number;
    const to = open[piece + 1] as number;
    while (i < last && (instant[i] as number) < from) i++;
    for (; i < last; i++) {
      const at = instant[i] as number;
      if (at >= to) break;
      const seen = active[i] as number;
      if (counted === 0) {
        state = seen;
      } else if (seen !== state) {
        const middle = (previous + at) / 2;
        if (state === 1) addUp(open, upSince, middle, asOf, out.up);
        else upSince = middle;
        state = seen;
      }
      previous = at;
      counted++;
    }
  }
  out.counted = counted;
  if (counted > 0 && state === 1) addUp(open, upSince, Number.POSITIVE_INFINITY, asOf, out.up);
}

/** Adds the open time of the up stretch `[from, to)` to each window that it meets. */
function addUp(open: Intervals, from: number, to: number, asOf: number, up: Float64Array): void {
  const end = Math.min(to, asOf);
  for (let i = firstEndingAfter(open, from); i < open.length; i += 2) {
    const pieceFrom = Math.max(open[i] as number, from);
    if (pieceFrom >= end) break;
    const pieceTo = Math.min(open[i + 1] as number, end);
    for (let w = 0; w < WINDOWS.length; w++) {
      const inside = pieceTo - Math.max(pieceFrom, asOf - (WINDOWS[w] as number));
      if (inside > 0) up[w] = (up[w] as number) + inside;
    }
  }
}

function firstEndingAfter(open: Intervals, instant: number): number {
  let i = 0;
  while (i < open.length && (open[i + 1] as number) <= instant) i += 2;
  return i;
}
