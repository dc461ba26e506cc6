import { DAY } from './hours.ts';
import { type Intervals, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';

/** Open time between two polls that is longer than this is not monitored: too much may have happened in it. */
const LONGEST_MONITORED_GAP = DAY;

/**
 * The open time of one store in `[from, to)` that no two polls enclose closely: what comes before its first poll that
 * counts and after its last one, and what lies in a gap of more than a day of open time. Milliseconds.
 *
 * @param open the store's open intervals, complete wherever its polls are
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
  /** Open time since the last poll that counts: all of it, and what of it lies in `[from, to)`. */
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

/** The rest of the open time of the store in `[from, to)`. Milliseconds. */
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
