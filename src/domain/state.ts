import { ALWAYS, contains, EMPTY, firstWithin, type Intervals, intersect, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { downSince, type StatePath } from './state-path.ts';
import { POLL_REACH } from './window.ts';

/** The states of a store, most urgent first. */
export const STATES = ['offline', 'unknown', 'online', 'closed'] as const;

/**
 * - `offline`: scheduled open, and the last counting poll found it inactive
 * - `unknown`: scheduled open without a counting poll that is not stale; or its hours or its zone are unknown
 * - `online`: scheduled open, and the last counting poll found it active
 * - `closed`: not scheduled open
 */
export type State = (typeof STATES)[number];

/** Positions in `STATES`, the values of state columns. */
export const OFFLINE = 0;
export const UNKNOWN = 1;
export const ONLINE = 2;
export const CLOSED = 3;

/**
 * The state of one store at the instant `at`, as a position in `STATES`.
 *
 * @param open the store's open intervals, complete around `at`
 * @param active the result of the last counting poll, 1 or 0; `undefined`: there is none that is not stale
 * @param unknown when its hours or its zone are unknown
 */
export function stateAt(open: Intervals, at: number, active: number | undefined, unknown: Intervals = EMPTY): number {
  if (contains(unknown, at)) return UNKNOWN;
  if (!contains(open, at)) return CLOSED;
  if (active === undefined) return UNKNOWN;
  return active === 1 ? ONLINE : OFFLINE;
}

/**
 * The last counting poll of one store in `(at − staleAfter, at]`, even if the store has been closed since; −1: there is
 * none.
 *
 * @param open the store's open intervals, complete over `[at − staleAfter, at]`
 * @param polls arranged polls of which `[first, last)` are this store's
 */
export function lastCounting(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  at: number,
  staleAfter: number,
): number {
  for (let i = last - 1; i >= first; i--) {
    const instant = polls.instant[i] as number;
    if (instant <= at - staleAfter) break;
    if (instant <= at && contains(open, instant)) return i;
  }
  return -1;
}

/** An ongoing outage. */
export interface CurrentOutage {
  /** Its first open instant. With `beganEarlier`: the first counting poll of the eight days before `asOf`. */
  readonly since: number;
  /** Downtime that was seen so far, in the eight days before `asOf`, within `seen`; milliseconds. */
  readonly lost: number;
  /** The first poll ever of the store found it down, so the outage may have begun earlier. */
  readonly sinceFirstPoll: boolean;
  /** It began before `since`: no poll of the eight days before `asOf` found the store up. */
  readonly beganEarlier: boolean;
}

/**
 * The ongoing outage of a store at `asOf` by the rule `nearest`; `undefined`: its last state is up or unknown. If its
 * polls are stale, this is the outage at its last check.
 *
 * @param firstPoll the first poll ever of the store, before which no outage begins
 * @param unknown when its hours or its zone are unknown, which ends an outage
 * @param seen the time in which downtime counts as lost
 */
export function currentOutage(
  open: Intervals,
  path: StatePath,
  asOf: number,
  firstPoll = Number.NEGATIVE_INFINITY,
  unknown: Intervals = EMPTY,
  seen: Intervals = ALWAYS,
): CurrentOutage | undefined {
  const downFrom = downSince(path);
  if (downFrom === undefined || contains(unknown, asOf)) return undefined;
  const lookBack = asOf - POLL_REACH;
  const unknownUntil = lastEnd(unknown, asOf);
  const began = firstWithin(open, Math.max(downFrom, lookBack, unknownUntil));
  const sinceFirstPoll = began < firstPoll;
  const beganEarlier = !sinceFirstPoll && downFrom < lookBack && unknownUntil <= lookBack;
  const from = sinceFirstPoll ? firstWithin(open, firstPoll) : began;
  return {
    // The end of the look-back would move with `asOf`.
    since: beganEarlier ? path.first : from,
    lost: totalWithin(intersect(open, seen), from, asOf),
    sinceFirstPoll,
    beganEarlier,
  };
}

/** The end of the last stretch that ends by `at`. */
function lastEnd(stretches: Intervals, at: number): number {
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < stretches.length && (stretches[i] as number) <= at; i += 2) end = stretches[i] as number;
  return end;
}
