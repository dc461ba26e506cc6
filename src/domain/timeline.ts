import { contains, EMPTY, type Intervals, intersect, totalWithin, union } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { type Reason, reasonOf } from './reasons.ts';
import { timeAroundPolls } from './seen.ts';
import {
  type Segment,
  type Stretch,
  segmentsOf,
  segmentsWithin,
  type Totals,
  totalsOf,
  unknownOutside,
  withUnknown,
} from './segments.ts';
import { staleAfter } from './staleness.ts';
import { downSince, newStatePath, upStretches, walkStatePath } from './state-path.ts';
import { reachOf } from './uptime.ts';
import { POLL_REACH } from './window.ts';

export type { Segment, Stretch, Totals };

export interface SeenPoll {
  readonly instant: number;
  readonly active: boolean;
  /** `false`: the store was closed, or its hours or zone were unknown. */
  readonly counts: boolean;
  /** `false`: the hours or the zone of the store are unknown at that instant. */
  readonly hoursKnown: boolean;
  /** Why it is inactive, in the form of `reasonText`; `undefined`: it is active, or the reason is not known. */
  readonly reason: string | undefined;
}

/** A reason of inactive polls, and their number. */
export interface OutageReason extends Reason {
  readonly polls: number;
}

/**
 * Downtime without uptime or unknown state in between, also across closed time: from the first open instant that is down
 * to the last one. No outage begins before the first poll ever.
 */
export interface Outage extends Stretch {
  /** With `beganEarlier`: the first counting poll of the eight days before `asOf`. */
  readonly from: number;
  /** The state has not changed up to `asOf`. */
  readonly ongoing: boolean;
  /** Open milliseconds that were seen down, in the eight days before `asOf`. */
  readonly lost: number;
  /** The reasons of its counting polls, most frequent first; of each, the first word of the platform. */
  readonly reasons: readonly OutageReason[];
  /** The first poll ever of the store found it down, so the outage may have begun earlier. */
  readonly sinceFirstPoll: boolean;
  /** It began before `from`: no poll of the eight days before `asOf` found the store up before it. */
  readonly beganEarlier: boolean;
}

/**
 * What people are shown of the open time: as the rule has it, but unknown before the first poll ever and further than
 * two polling intervals from all counting polls.
 */
export interface SeenTime {
  /** Clipped to the range. */
  readonly segments: readonly Segment[];
  readonly totals: Totals;
  /** The open time within one polling interval of a counting poll, clipped to the range. */
  readonly covered: Intervals;
}

/** Everything that the figures of one store come from. */
export interface Timeline {
  /** Clipped to the range, as are the segments. */
  readonly open: Intervals;
  /** The part of `open` in which hours or zone are unknown. */
  readonly hoursUnknown: Intervals;
  /** Those in the range, both ends included. */
  readonly polls: readonly SeenPoll[];
  /** By the rule `nearest`; unknown when no poll counts, or hours or zone are unknown. */
  readonly segments: readonly Segment[];
  /** Those that overlap the range, not clipped. */
  readonly outages: readonly Outage[];
  readonly totals: Totals;
  readonly seen: SeenTime;
}

/** What else may be known about a store. */
export interface AboutStore {
  /** The reasons of its inactive polls by their instants, in the form of `reasonText`. */
  readonly reasons?: ReadonlyMap<number, string>;
  /** The instant of its first poll ever; −∞, if not given. */
  readonly firstPoll?: number;
  /** When its hours or its zone are unknown. */
  readonly unknown?: Intervals;
  /** Milliseconds between two of its polls; if not given, its polls are never stale. */
  readonly pollInterval?: number;
}

/**
 * Explains one store by the rule `nearest`. Over a window of a report, the totals are exactly the report's figures.
 *
 * @param open the store's open intervals, complete over the eight days before `asOf`
 * @param polls arranged polls of which `[first, last)` are this store's
 * @param range within the eight days before `asOf`
 * @param about what else is known about the store
 */
export function timelineOf(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  range: Stretch,
  asOf: number,
  {
    reasons = new Map(),
    firstPoll = Number.NEGATIVE_INFINITY,
    unknown = EMPTY,
    pollInterval = Number.POSITIVE_INFINITY,
  }: AboutStore = {},
): Timeline {
  const reach = reachOf(polls, first, last, asOf);
  const path = newStatePath();
  walkStatePath(open, polls, reach.first, reach.last, path);
  const reached = [asOf - POLL_REACH, asOf];
  const ruled = segmentsOf(intersect(open, reached), upStretches(path), path.counted > 0 ? 'down' : 'unknown');
  const all = withUnknown(ruled, intersect(unknown, reached));
  const segments = segmentsWithin(all, range);
  const around = (distance: number) => timeAroundPolls(open, polls, reach.first, reach.last, distance, firstPoll);
  const known = around(staleAfter(pollInterval));
  const seenSegments = segmentsWithin(unknownOutside(all, known), range);
  const seen = seenPolls(open, unknown, polls, reach.first, reach.last, reasons);
  const outages = outagesOf(all, downSince(path) !== undefined, firstPoll)
    .filter(({ from, to }) => from < range.to && to > range.from)
    .map((outage): Outage => {
      // Before the first counting poll of the eight days, the store is down by the rule alone.
      const beganEarlier = outage.from === all[0]?.from && !outage.sinceFirstPoll && path.first <= outage.to;
      return {
        ...outage,
        from: beganEarlier ? path.first : outage.from,
        lost: totalWithin(intersect(open, known), outage.from, outage.to),
        beganEarlier,
        reasons: reasonsWithin(seen, outage),
      };
    });
  return {
    open: intersect(union([...open, ...unknown]), [range.from, range.to]),
    hoursUnknown: intersect(unknown, [range.from, range.to]),
    polls: seen.filter(({ instant }) => instant >= range.from && instant <= range.to),
    segments,
    outages,
    totals: totalsOf(segments),
    seen: {
      segments: seenSegments,
      totals: totalsOf(seenSegments),
      covered: intersect(intersect(open, around(pollInterval)), [range.from, range.to]),
    },
  };
}

interface DownTime extends Stretch {
  readonly ongoing: boolean;
  readonly sinceFirstPoll: boolean;
}

/** @param segments over the whole reach of the polls, also before the first poll ever */
function outagesOf(segments: readonly Segment[], goesOn: boolean, firstPoll: number): DownTime[] {
  const outages: DownTime[] = [];
  let begun: { from: number; to: number; sinceFirstPoll: boolean } | undefined;
  let beganUnobserved = false;
  for (const { from, to, state } of segments) {
    if (state !== 'down') {
      if (begun !== undefined) outages.push({ ...begun, ongoing: false });
      begun = undefined;
      beganUnobserved = false;
      continue;
    }
    if (from < firstPoll) beganUnobserved = true;
    if (to <= firstPoll) continue;
    const start = Math.max(from, firstPoll);
    begun ??= { from: start, to, sinceFirstPoll: beganUnobserved };
    begun.to = to;
  }
  if (begun !== undefined) outages.push({ ...begun, ongoing: goesOn });
  return outages;
}

function reasonsWithin(polls: readonly SeenPoll[], { from, to }: Stretch): OutageReason[] {
  const found = new Map<string, OutageReason>();
  for (const { instant, active, counts, reason } of polls) {
    if (instant < from || instant > to || active || !counts || reason === undefined) continue;
    const { code, detail } = reasonOf(reason);
    const before = found.get(code);
    found.set(code, { code, detail: before?.detail ?? detail, polls: (before?.polls ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.polls - a.polls);
}

function seenPolls(
  open: Intervals,
  unknown: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  reasons: ReadonlyMap<number, string>,
): SeenPoll[] {
  const seen: SeenPoll[] = [];
  for (let i = first; i < last; i++) {
    const instant = polls.instant[i] as number;
    seen.push({
      instant,
      active: polls.active[i] === 1,
      counts: contains(open, instant),
      hoursKnown: !contains(unknown, instant),
      reason: reasons.get(instant),
    });
  }
  return seen;
}
