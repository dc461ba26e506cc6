import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { type Course, followCourse, newCourse } from './state-path.ts';
import { WINDOWS } from './window.ts';

/** What `nearest` found for one store. */
export interface Estimate {
  /** How many polls counted. With none the open time is unknown. */
  counted: number;
  /** Open milliseconds in the active state, for each of `WINDOWS`; halves occur. */
  readonly up: Float64Array;
  /** How the state ran. */
  readonly course: Course;
}

export function newEstimate(): Estimate {
  return { counted: 0, up: new Float64Array(WINDOWS.length), course: newCourse() };
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
  const { course, up } = out;
  followCourse(open, polls, first, last, course);
  out.counted = course.counted;
  up.fill(0);
  for (let i = 0; i < course.length; i += 2) {
    addUp(open, course.up[i] as number, course.up[i + 1] as number, asOf, up);
  }
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
