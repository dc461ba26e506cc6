import { contains, firstWithin, type Intervals, intersect, subtract, total } from '../interval.ts';
import type { PollColumns } from '../polls.ts';
import { timeAroundPolls } from '../seen.ts';
import { newStatePath, upStretches, walkStatePath } from '../state-path.ts';

/** What is known of one store at the instant `at`. */
export interface StoreView {
  readonly at: number;
  /** Its open intervals, complete from the first of its polls until they say when it closes next. */
  readonly open: Intervals;
  /** When its hours or its zone are unknown. */
  readonly unknown: Intervals;
  /** Planned downtime. */
  readonly planned: Intervals;
  /** Arranged polls of which `[first, last)` are this store's. */
  readonly polls: PollColumns;
  readonly first: number;
  readonly last: number;
  /** The instants of its inactive polls for which the platform says why. */
  readonly reasons: ReadonlySet<number>;
  /** The age from which polls are stale, milliseconds. */
  readonly staleAfter: number;
}

/** The last counting polls up to an instant, as long as their result is the same. */
export interface Run {
  readonly active: boolean;
  readonly count: number;
  /** The instants of its first and its last poll. */
  readonly from: number;
  readonly to: number;
  /** The last counting poll before it; NaN: there is none. */
  readonly before: number;
  /** The first of its polls for which the platform says why the store is inactive; NaN: there is none. */
  readonly reasonAt: number;
}

/** The last run of a store; `undefined`: it has no counting poll that is not stale. */
export function lastRun({ at, open, polls, first, last, reasons, staleAfter }: StoreView): Run | undefined {
  let result: number | undefined;
  let [count, from, to, before, reasonAt] = [0, Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  for (let i = last - 1; i >= first; i--) {
    const instant = polls.instant[i] as number;
    if (instant > at || !contains(open, instant)) continue;
    if (result === undefined) {
      if (instant <= at - staleAfter) return undefined;
      result = polls.active[i] as number;
      to = instant;
    } else if (polls.active[i] !== result) {
      before = instant;
      break;
    }
    from = instant;
    count++;
    if (reasons.has(instant)) reasonAt = instant;
  }
  return result === undefined ? undefined : { active: result === 1, count, from, to, before, reasonAt };
}

/** The counting polls of an inactive or active run that are later than an instant. */
export function countAfter({ open, polls, first, last, at }: StoreView, run: Run, after: number): number {
  let count = 0;
  for (let i = last - 1; i >= first; i--) {
    const instant = polls.instant[i] as number;
    if (instant <= after || instant < run.from) break;
    if (instant <= at && contains(open, instant)) count++;
  }
  return count;
}

/**
 * The first open instant of a run: the state changes half-way between two polls, as in the rule `nearest`. If no poll
 * counts before it, its first poll.
 */
export function beginning({ open }: StoreView, { from, before }: Run): number {
  return Number.isNaN(before) ? from : firstWithin(open, (before + from) / 2);
}

/** The downtime that was seen in `[from, to)`, outside planned downtime; milliseconds. */
export function lostTime(store: StoreView, from: number, to: number): number {
  return total(lostStretches(store, from, to));
}

/** The stretches of that downtime. */
export function lostStretches(store: StoreView, from: number, to: number): Intervals {
  const { open, planned, polls, first, last, staleAfter, unknown } = store;
  const path = newStatePath();
  walkStatePath(open, polls, first, last, path);
  const seen = intersect(open, timeAroundPolls(open, polls, first, last, staleAfter, Number.NaN));
  const down = subtract(subtract(subtract(seen, planned), unknown), upStretches(path));
  return intersect(down, [from, to]);
}
