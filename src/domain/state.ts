import { contains, EMPTY, type Intervals, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { downSince, type StatePath } from './state-path.ts';
import { POLL_REACH } from './window.ts';

/** The states of a store in the order in which people look for them. */
export const STATES = ['offline', 'unknown', 'online', 'closed'] as const;

/**
 * - `offline`: it is open, and the last poll that counts found it inactive
 * - `unknown`: it is open, and no poll of late counts; or its hours or its zone are unknown
 * - `online`: it is open, and the last poll that counts found it active
 * - `closed`: it is not supposed to be open
 */
export type State = (typeof STATES)[number];

/** Positions in `STATES`, as columns hold them. */
export const OFFLINE = 0;
export const UNKNOWN = 1;
export const ONLINE = 2;
export const CLOSED = 3;

/**
 * The state of one store at the instant `at`, as a position in `STATES`.
 *
 * @param open the store's open intervals, complete around `at`
 * @param active what the last poll that counts saw, 1 or 0; `undefined`: there is none young enough
 * @param unknown when its hours or its zone are unknown
 */
export function stateAt(open: Intervals, at: number, active: number | undefined, unknown: Intervals = EMPTY): number {
  if (contains(unknown, at)) return UNKNOWN;
  if (!contains(open, at)) return CLOSED;
  if (active === undefined) return UNKNOWN;
  return active === 1 ? ONLINE : OFFLINE;
}

/**
 * The last poll of one store in `(at − patience, at]` that falls inside an open interval, also one from before the
 * store last closed; −1: there is none.
 *
 * @param open the store's open intervals, complete over `[at − patience, at]`
 * @param polls arranged polls of which `[first, last)` are this store's
 */
export function lastCounting(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  at: number,
  patience: number,
): number {
  for (let i = last - 1; i >= first; i--) {
    const instant = polls.instant[i] as number;
    if (instant <= at - patience) break;
    if (instant <= at && contains(open, instant)) return i;
  }
  return -1;
}

/** An outage that goes on. */
export interface CurrentOutage {
  /** The first open instant of it; within the reach of the polls. */
  readonly since: number;
  /** Open milliseconds lost so far. */
  readonly lost: number;
  /** The store was found down when it was polled for the first time ever: nothing is known of the time before. */
  readonly sinceFirstPoll: boolean;
}

/**
 * The outage that a store is in at `asOf` by the rule `nearest`; `undefined`: its last state is up or unknown.
 *
 * @param firstPoll when the store was polled for the first time ever, before which no outage begins; long ago, if not given
 * @param unknown when its hours or its zone are unknown, which ends an outage
 */
export function currentOutage(
  open: Intervals,
  path: StatePath,
  asOf: number,
  firstPoll = Number.NEGATIVE_INFINITY,
  unknown: Intervals = EMPTY,
): CurrentOutage | undefined {
  const turned = downSince(path);
  if (turned === undefined) return undefined;
  const began = firstOpen(open, Math.max(turned, asOf - POLL_REACH, lastEnd(unknown, asOf)));
  const sinceFirstPoll = began < firstPoll;
  const since = sinceFirstPoll ? firstOpen(open, firstPoll) : began;
  return { since, lost: totalWithin(open, since, asOf), sinceFirstPoll };
}

/** Where the last stretch that ends by `at` does. */
function lastEnd(stretches: Intervals, at: number): number {
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < stretches.length && (stretches[i] as number) <= at; i += 2) end = stretches[i] as number;
  return end;
}

function firstOpen(open: Intervals, from: number): number {
  let i = 0;
  while (i < open.length && (open[i + 1] as number) <= from) i += 2;
  return i < open.length ? Math.max(open[i] as number, from) : from;
}
