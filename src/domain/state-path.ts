import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';

/** The state of one store over time by the rule `nearest`, in open and in closed time. Reused from store to store. */
export interface StatePath {
  /** The number of counting polls. With none the state of the open time is unknown. */
  counted: number;
  /** The instant of the first counting poll; NaN: there is none. */
  first: number;
  /**
   * When the store is up, as flat pairs `[from0, to0, from1, to1, …]` of instants; halves occur. The first and the last
   * poll extend to infinity. Only the first `length` entries are valid.
   */
  up: Float64Array;
  length: number;
}

export function newStatePath(): StatePath {
  return { counted: 0, first: Number.NaN, up: new Float64Array(256), length: 0 };
}

/**
 * Computes the state path of one store from its polls. Polls outside the open intervals do not count; between two
 * counting polls the state changes half-way.
 *
 * @param open the store's open intervals, complete over the time of its polls
 * @param polls arranged polls of which `[first, last)` are this store's, all within the eight days before `asOf`
 * @param out receives the result
 */
export function walkStatePath(open: Intervals, polls: PollColumns, first: number, last: number, out: StatePath): void {
  const { instant, active } = polls;
  if (out.up.length < last - first + 2) out.up = new Float64Array(2 * (last - first) + 2);
  const { up } = out;
  let state = 0;
  let previous = Number.NEGATIVE_INFINITY;
  let counted = 0;
  let length = 0;
  let i = first;
  out.first = Number.NaN;
  for (let o = 0; o < open.length && i < last; o += 2) {
    const from = open[o] as number;
    const to = open[o + 1] as number;
    while (i < last && (instant[i] as number) < from) i++;
    for (; i < last; i++) {
      const at = instant[i] as number;
      if (at >= to) break;
      const seen = active[i] as number;
      if (seen !== state) {
        // For the first poll this is −∞.
        up[length++] = (previous + at) / 2;
        state = seen;
      }
      if (counted === 0) out.first = at;
      previous = at;
      counted++;
    }
  }
  if (state === 1) up[length++] = Number.POSITIVE_INFINITY;
  out.counted = counted;
  out.length = length;
}

/** When the store is up, as a new list. */
export function upStretches({ up, length }: StatePath): Intervals {
  return Array.from(up.subarray(0, length));
}

/** The instant from which the store is down without end; `undefined`: its last state is up or unknown. */
export function downSince({ counted, up, length }: StatePath): number | undefined {
  if (counted === 0) return undefined;
  if (length === 0) return Number.NEGATIVE_INFINITY;
  const last = up[length - 1] as number;
  return last === Number.POSITIVE_INFINITY ? undefined : last;
}
