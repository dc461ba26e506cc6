import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';

/**
 * How the state of one store runs by the rule `nearest`: from for ever back it is `first`, and at each turn it passes
 * to the other one. One object serves many stores, one after the other.
 */
export interface Course {
  /** How many polls counted. With none there is no state: the open time is unknown. */
  counted: number;
  /** 1 is active, 0 inactive. */
  first: number;
  /** The instants at which the state passes, ascending; halves occur. Only the first `length` count. */
  turns: Float64Array;
  length: number;
}

export function newCourse(): Course {
  return { counted: 0, first: 0, turns: new Float64Array(256), length: 0 };
}

/**
 * Walks the polls of one store. Those outside the open intervals do not count; half-way between two that do, the state
 * passes from one to the other.
 *
 * @param open the store's open intervals, complete wherever its polls are
 * @param polls arranged polls of which `[from, to)` are this store's, none of them out of reach
 * @param out receives the result
 */
export function followCourse(open: Intervals, polls: PollColumns, from: number, to: number, out: Course): void {
  const { instant, active } = polls;
  if (out.turns.length < to - from) out.turns = new Float64Array(2 * (to - from));
  const { turns } = out;
  let state = 0;
  let previous = 0;
  let counted = 0;
  let length = 0;
  out.first = 0;
  let i = from;
  for (let piece = 0; piece < open.length && i < to; piece += 2) {
    const opens = open[piece] as number;
    const closes = open[piece + 1] as number;
    while (i < to && (instant[i] as number) < opens) i++;
    for (; i < to; i++) {
      const at = instant[i] as number;
      if (at >= closes) break;
      const seen = active[i] as number;
      if (counted === 0) {
        out.first = seen;
        state = seen;
      } else if (seen !== state) {
        turns[length++] = (previous + at) / 2;
        state = seen;
      }
      previous = at;
      counted++;
    }
  }
  out.counted = counted;
  out.length = length;
}

/** The state that a course ends with, and holds from its last turn on. */
export function lastState({ first, length }: Course): number {
  return length % 2 === 0 ? first : 1 - first;
}

/** The instant at which the last state began; −∞ when it never was another. */
export function lastTurn({ turns, length }: Course): number {
  return length === 0 ? Number.NEGATIVE_INFINITY : (turns[length - 1] as number);
}
