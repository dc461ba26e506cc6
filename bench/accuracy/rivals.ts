import { contains, type Intervals, totalWithin } from '../../src/domain/interval.ts';
import type { PollColumns } from '../../src/domain/polls.ts';
import { WINDOWS } from '../../src/domain/window.ts';

/** A counting poll. */
export interface Seen {
  readonly at: number;
  readonly up: boolean;
}

export function countingPolls(open: Intervals, { instant, active }: PollColumns, first: number, last: number): Seen[] {
  const seen: Seen[] = [];
  for (let i = first; i < last; i++) {
    const at = instant[i] as number;
    if (contains(open, at)) seen.push({ at, up: active[i] === 1 });
  }
  return seen;
}

/**
 * The share of active polls in a window times its open time, as in most public implementations. Those have no value for a
 * window without a poll; here the share of the week is used instead.
 */
export function shareOfPolls(seen: readonly Seen[], open: Intervals, asOf: number): number[] {
  const share = (polls: readonly Seen[]): number => polls.filter(({ up }) => up).length / polls.length;
  return WINDOWS.map((window) => {
    const inWindow = seen.filter(({ at }) => at >= asOf - window);
    return totalWithin(open, asOf - window, asOf) * share(inWindow.length > 0 ? inWindow : seen);
  });
}

/** Every open instant has the state of the last poll before it, or of the first poll. */
export function lastState(seen: readonly Seen[], open: Intervals, asOf: number): number[] {
  const up = WINDOWS.map(() => 0);
  for (const [i, poll] of seen.entries()) {
    if (!poll.up) continue;
    const from = i === 0 ? Number.NEGATIVE_INFINITY : poll.at;
    const to = seen[i + 1]?.at ?? asOf;
    for (const [w, window] of WINDOWS.entries()) {
      up[w] = (up[w] ?? 0) + totalWithin(open, Math.max(from, asOf - window), Math.min(to, asOf));
    }
  }
  return up;
}
