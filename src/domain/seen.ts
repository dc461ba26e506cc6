import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';

/**
 * A comparison of two periods says something only if at least this share of the scheduled hours of each is covered.
 * Otherwise the difference may come from what nobody looked at.
 */
export const ENOUGH_COVERAGE = 0.9;

/** @param coverage the covered shares of the two periods; NaN: a period has no scheduled hours */
export function areComparable(...coverage: readonly number[]): boolean {
  return coverage.every((share) => share >= ENOUGH_COVERAGE);
}

/**
 * The time around the counting polls of one store: all instants at most `within` before a poll, or less than `within`
 * after one, and not before the first poll ever. With two polling intervals it is what is shown to people as known; with
 * one interval it is covered.
 *
 * @param open the store's open intervals, complete over the time of its polls
 * @param polls arranged polls of which `[first, last)` are this store's
 * @param within milliseconds; may be infinite
 * @param firstPoll the first poll ever; NaN or −∞: before all others
 */
export function timeAroundPolls(
  open: Intervals,
  { instant }: PollColumns,
  first: number,
  last: number,
  within: number,
  firstPoll: number,
): Intervals {
  const begin = Number.isNaN(firstPoll) ? Number.NEGATIVE_INFINITY : firstPoll;
  const around: number[] = [];
  let i = first;
  for (let o = 0; o < open.length && i < last; o += 2) {
    const to = open[o + 1] as number;
    while (i < last && (instant[i] as number) < (open[o] as number)) i++;
    for (; i < last && (instant[i] as number) < to; i++) {
      const at = instant[i] as number;
      const [from, until] = [Math.max(at - within, begin), at + within];
      if (from >= until) continue;
      const end = around.length - 1;
      if (end > 0 && from <= (around[end] as number)) around[end] = until;
      else around.push(from, until);
    }
  }
  return around;
}
