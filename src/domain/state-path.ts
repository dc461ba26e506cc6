import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';

/**
 * How the state of one store runs by the rule `nearest`, in open and in closed time. One object serves many stores,
 * one after the other.
 */
export interface Course {
  /** How many polls counted. With none there is no state: the open time is unknown. */
  counted: number;
  /**
   * When the state is active, as flat pairs `[from0, to0, from1, to1, …]`; halves occur, and the ends are infinite
   * where the first or the last poll reaches on. Only the first `length` entries count.
   */
  up: Float64Array;
  length: number;
}

export function newCourse(): Course {
  return { counted: 0, up: new Float64Array(256), length: 0 };
}

/**
 * Walks the polls of one store. Those outside the open intervals do not count; half-way between two that do, the state
 * passes from one to the other.
 *
 * @param open the store's open intervals, complete wherever its polls are
 * @param polls arranged polls of which `[first, last)` are this store's, none of them out of reach
 * @param out receives the result
 */
export function followCourse(open: Intervals, polls: PollColumns, first: number, last: number, out: Course): void {
  const { instant, active } = polls;
  if (out.up.length < last - first + 2) out.up = new Float64Array(2 * (last - first) + 2);
  const { up } = out;
  let state = 0;
  let previous = Number.NEGATIVE_INFINITY;
  let counted = 0;
  let length = 0;
  let i = first;
  for (let piece = 0; piece < open.length && i < last; piece += 2) {
    const from = open[piece] as number;
    const to = open[piece + 1] as number;
    while (i < last && (instant[i] as number) < from) i++;
    for (; i < last; i++) {
      const at = instant[i] as number;
      if (at >= to) break;
      const seen = active[i] as number;
      if (seen !== state) {
        // Before the first poll that is −∞: it reaches back for ever.
        up[length++] = (previous + at) / 2;
        state = seen;
      }
      previous = at;
      counted++;
    }
  }
  if (state === 1) up[length++] = Number.POSITIVE_INFINITY;
  out.counted = counted;
  out.length = length;
}

/** When the state is active, as a list of its own. */
export function upStretches({ up, length }: Course): Intervals {
  return Array.from(up.subarray(0, length));
}

/** Since when the state has been inactive and goes on to be; `undefined`: it is active in the end, or unknown. */
export function downSince({ counted, up, length }: Course): number | undefined {
  if (counted === 0) return undefined;
  if (length === 0) return Number.NEGATIVE_INFINITY;
  const last = up[length - 1] as number;
  return last === Number.POSITIVE_INFINITY ? undefined : last;
}
