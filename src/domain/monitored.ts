import { DAY } from './hours.ts';
import { type Intervals, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';

/** A gap with more open time than this is not monitored: too much may have happened in it. */
export const LONGEST_MONITORED_GAP = DAY;

/**
 * The open time of one store in `[from, to)` that is not monitored, in milliseconds: before its first counting poll,
 * after its last one, and in gaps of more than a day of open time.
 *
 * @param open the store's open intervals, complete over the time of its polls
 * @param polls arranged polls of which `[first, last)` are this store's
 */
export function unmonitoredTime(
  open: Intervals,
  { instant }: PollColumns,
  first: number,
  last: number,
  from: number,
  to: number,
): number {
  let unmonitored = 0;
  /** Open time since the last counting poll, in all and within `[from, to)`. */
  let gap = 0;
  let inside = 0;
  let isEdge = true;
  let i = first;
  for (let o = 0; o < open.length; o += 2) {
    let at = open[o] as number;
    const end = open[o + 1] as number;
    while (i < last && (instant[i] as number) < at) i++;
    for (; i < last && (instant[i] as number) < end; i++) {
      const poll = instant[i] as number;
      gap += poll - at;
      inside += overlap(at, poll, from, to);
      if (isEdge || gap > LONGEST_MONITORED_GAP) unmonitored += inside;
      isEdge = false;
      gap = 0;
      inside = 0;
      at = poll;
    }
    gap += end - at;
    inside += overlap(at, end, from, to);
  }
  return unmonitored + inside;
}

/** The open time of the store in `[from, to)` that is monitored, milliseconds. */
export function monitoredTime(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  from: number,
  to: number,
): number {
  return totalWithin(open, from, to) - unmonitoredTime(open, polls, first, last, from, to);
}

function overlap(from: number, to: number, least: number, most: number): number {
  return Math.max(0, Math.min(to, most) - Math.max(from, least));
}
