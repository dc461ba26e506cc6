/**
 * Sorted, disjoint, non-touching half-open stretches `[from, to)` of instants (or wall-clock times) in
 * milliseconds, as a flat list: `[from0, to0, from1, to1, …]`. Bounds may be infinite.
 */
export type Intervals = readonly number[];

export const EMPTY: Intervals = [];
export const ALWAYS: Intervals = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/**
 * The union of stretches given as flat pairs in any order. Empty and inverted ones are dropped, overlapping and touching
 * ones merged.
 */
export function union(pieces: readonly number[]): Intervals {
  if (isCanonical(pieces)) return pieces;
  const order: number[] = [];
  for (let i = 0; i < pieces.length; i += 2) {
    if ((pieces[i] as number) < (pieces[i + 1] as number)) order.push(i);
  }
  order.sort((a, b) => (pieces[a] as number) - (pieces[b] as number));
  const merged: number[] = [];
  for (const i of order) {
    const from = pieces[i] as number;
    const to = pieces[i + 1] as number;
    const last = merged.length - 1;
    if (last > 0 && from <= (merged[last] as number)) {
      if (to > (merged[last] as number)) merged[last] = to;
    } else {
      merged.push(from, to);
    }
  }
  return merged;
}

function isCanonical(pieces: readonly number[]): boolean {
  for (let i = 1; i < pieces.length; i++) {
    if (!((pieces[i - 1] as number) < (pieces[i] as number))) return false;
  }
  return true;
}

/** The instants in both `a` and `b`. */
export function intersect(a: Intervals, b: Intervals): Intervals {
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i] as number, b[j] as number);
    const aTo = a[i + 1] as number;
    const bTo = b[j + 1] as number;
    const to = Math.min(aTo, bTo);
    if (from < to) common.push(from, to);
    if (aTo <= bTo) i += 2;
    if (bTo <= aTo) j += 2;
  }
  return common;
}

/** The instants in `a` but not in `b`. */
export function subtract(a: Intervals, b: Intervals): Intervals {
  if (b.length === 0) return a;
  const rest: number[] = [Number.NEGATIVE_INFINITY, ...b, Number.POSITIVE_INFINITY];
  return intersect(a, rest);
}

/** The total length of all stretches in milliseconds. */
export function total(a: Intervals): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) sum += (a[i + 1] as number) - (a[i] as number);
  return sum;
}

/** The milliseconds of `a` within `[from, to)`: `total(intersect(a, [from, to]))` without the allocation. */
export function totalWithin(a: Intervals, from: number, to: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 2) {
    if ((a[i] as number) >= to) break;
    const piece = Math.min(a[i + 1] as number, to) - Math.max(a[i] as number, from);
    if (piece > 0) sum += piece;
  }
  return sum;
}

/** Whether the instant `t` lies in one of the stretches. */
export function contains(a: Intervals, t: number): boolean {
  for (let i = 0; i < a.length; i += 2) {
    if (t < (a[i] as number)) return false;
    if (t < (a[i + 1] as number)) return true;
  }
  return false;
}

/** The end of the stretch that contains the instant `t`; `undefined`: none does. */
export function endOfStretch(a: Intervals, t: number): number | undefined {
  for (let i = 0; i < a.length && (a[i] as number) <= t; i += 2) {
    if (t < (a[i + 1] as number)) return a[i + 1];
  }
  return undefined;
}

/** The first instant of the stretches from `from` on; `from` itself after the last one. */
export function firstWithin(a: Intervals, from: number): number {
  let i = 0;
  while (i < a.length && (a[i + 1] as number) <= from) i += 2;
  return i < a.length ? Math.max(a[i] as number, from) : from;
}

/** Finds how much of a stretch is in some intervals. Each stretch that it is asked about begins after the one before. */
export function overlapWith(intervals: Intervals): (from: number, to: number) => number {
  let next = 0;
  return (from, to) => {
    while (next < intervals.length && (intervals[next + 1] as number) <= from) next += 2;
    let time = 0;
    for (let i = next; i < intervals.length && (intervals[i] as number) < to; i += 2) {
      time += Math.min(intervals[i + 1] as number, to) - Math.max(intervals[i] as number, from);
    }
    return time;
  };
}
