import { type Course, downSince } from './course.ts';
import { contains, type Intervals, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { POLL_REACH } from './window.ts';

/**
 * What a store is at an instant, in the order in which people look for it: offline while it should be open; open, and
 * nobody knows; online; closed.
 */
export const STATES = ['offline', 'unknown', 'online', 'closed'] as const;
export type StoreState = (typeof STATES)[number];

/** Positions in `STATES`, as columns hold them. */
export const OFFLINE = 0;
export const UNKNOWN = 1;
export const ONLINE = 2;
export const CLOSED = 3;

/**
 * The state of one store at the instant `at`: whether it is open, and what the last poll that counts says, if that is
 * younger than `patience`. A poll from before the store closed counts as well, if it is that young.
 *
 * @param open the store's open intervals, complete over `[at − patience, at]`
 * @param polls arranged polls of which `[first, last)` are this store's; those outside `(at − patience, at]` are ignored
 * @returns a position in `STATES`
 */
export function stateAt(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  at: number,
  patience: number,
): number {
  if (!contains(open, at)) return CLOSED;
  for (let i = last - 1; i >= first; i--) {
    const instant = polls.instant[i] as number;
    if (instant <= at - patience) break;
    if (instant <= at && contains(open, instant)) return polls.active[i] === 1 ? ONLINE : OFFLINE;
  }
  return UNKNOWN;
}

/** An outage that goes on. */
export interface CurrentOutage {
  /** The first open instant of it; within the reach of the polls. */
  readonly since: number;
  /** Open milliseconds lost so far. */
  readonly lost: number;
}

/** The outage that a store is in at `asOf` by the rule `nearest`; `undefined`: its last state is up or unknown. */
export function currentOutage(open: Intervals, course: Course, asOf: number): CurrentOutage | undefined {
  const turned = downSince(course);
  if (turned === undefined) return undefined;
  const from = Math.max(turned, asOf - POLL_REACH);
  return { since: firstOpen(open, from), lost: totalWithin(open, from, asOf) };
}

function firstOpen(open: Intervals, from: number): number {
  let i = 0;
  while (i < open.length && (open[i + 1] as number) <= from) i += 2;
  return i < open.length ? Math.max(open[i] as number, from) : from;
}
