import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { newStatePath, type StatePath, walkStatePath } from './state-path.ts';
import { WINDOWS } from './window.ts';

/** The result of `nearest` for one store. */
export interface Estimate {
  /** The number of counting polls. With none the state of the open time is unknown. */
  counted: number;
  /** Uptime in milliseconds for each of `WINDOWS`; halves occur. */
  readonly up: Float64Array;
  readonly path: StatePath;
}

export function newEstimate(): Estimate {
  return { counted: 0, up: new Float64Array(WINDOWS.length), path: newStatePath() };
}

/**
 * The rule `nearest`: every open instant takes the state of the nearest counting poll. Between two polls the state
 * changes half-way; the first and the last poll extend to the ends of the windows.
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
  const { path, up } = out;
  walkStatePath(open, polls, first, last, path);
  out.counted = path.counted;
  up.fill(0);
  for (let i = 0; i < path.length; i += 2) {
    addUp(open, path.up[i] as number, path.up[i + 1] as number, asOf, up);
  }
}

/** Adds the open time within `[from, to)`, when the store is up, to each window. */
function addUp(open: Intervals, from: number, to: number, asOf: number, up: Float64Array): void {
  const end = Math.min(to, asOf);
  for (let i = firstEndingAfter(open, from); i < open.length; i += 2) {
    const begin = Math.max(open[i] as number, from);
    if (begin >= end) break;
    const finish = Math.min(open[i + 1] as number, end);
    for (let w = 0; w < WINDOWS.length; w++) {
      const inside = finish - Math.max(begin, asOf - (WINDOWS[w] as number));
      if (inside > 0) up[w] = (up[w] as number) + inside;
    }
  }
}

function firstEndingAfter(open: Intervals, instant: number): number {
  let i = 0;
  while (i < open.length && (open[i + 1] as number) <= instant) i += 2;
  return i;
}
