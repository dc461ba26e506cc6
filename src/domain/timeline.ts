import { contains, EMPTY, type Intervals, intersect, union } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { type Reason, reasonOf } from './reasons.ts';
import { downSince, newStatePath, upStretches, walkStatePath } from './state-path.ts';
import { reachOf } from './uptime.ts';
import { POLL_REACH } from './window.ts';

/** A stretch of instants `[from, to)` in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A stretch of open time with one state; `unknown` when no poll counts, or hours or zone are unknown. */
export interface Segment extends Stretch {
  readonly state: 'up' | 'down' | 'unknown';
}

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
 * to the last one. Outages are cut at the reach of the polls, and at the first poll ever.
 */
export interface Outage extends Stretch {
  /** The state has not changed up to `asOf`. */
  readonly ongoing: boolean;
  /** Open milliseconds that were down. */
  readonly lost: number;
  /** The reasons of its counting polls, most frequent first; of each, the first word of the platform. */
  readonly reasons: readonly OutageReason[];
  /** The first poll ever of the store found it down, so the outage may have begun earlier. */
  readonly sinceFirstPoll: boolean;
}

/** Open milliseconds; halves occur. `up + down + unknown = open`. */
export interface Totals {
  readonly open: number;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
}

/** Everything that the figures of one store come from. */
export interface Timeline {
  /** Clipped to the range, as are the segments. */
  readonly open: Intervals;
  /** The part of `open` in which hours or zone are unknown. */
  readonly hoursUnknown: Intervals;
  /** Those in the range, both ends included. */
  readonly polls: readonly SeenPoll[];
  readonly segments: readonly Segment[];
  /** Those that overlap the range, not clipped. */
  readonly outages: readonly Outage[];
  readonly totals: Totals;
}

/** What else may be known about a store. */
export interface AboutStore {
  /** The reasons of its inactive polls by their instants, in the form of `reasonText`. */
  readonly reasons?: ReadonlyMap<number, string>;
  /** The instant of its first poll ever; −∞, if not given. */
  readonly firstPoll?: number;
  /** When its hours or its zone are unknown. */
  readonly unknown?: Intervals;
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
  { reasons = new Map(), firstPoll = Number.NEGATIVE_INFINITY, unknown = EMPTY }: AboutStore = {},
): Timeline {
  const reach = reachOf(polls, first, last, asOf);
  const path = newStatePath();
  walkStatePath(open, polls, reach.first, reach.last, path);
  const reached = [asOf - POLL_REACH, asOf];
  const known = segmentsOf(intersect(open, reached), upStretches(path), path.counted > 0 ? 'down' : 'unknown');
  const all = withUnknown(known, intersect(unknown, reached));
  const segments = all.map((segment) => clipped(segment, range)).filter(({ from, to }) => from < to);
  const seen = seenPolls(open, unknown, polls, reach.first, reach.last, reasons);
  const outages = outagesOf(all, downSince(path) !== undefined, firstPoll).map((outage) => ({
    ...outage,
    reasons: reasonsWithin(seen, outage),
  }));
  return {
    open: intersect(union([...open, ...unknown]), [range.from, range.to]),
    hoursUnknown: intersect(unknown, [range.from, range.to]),
    polls: seen.filter(({ instant }) => instant >= range.from && instant <= range.to),
    segments,
    outages: outages.filter(({ from, to }) => from < range.to && to > range.from),
    totals: totalsOf(segments),
  };
}

/** Cuts open time where it begins and ends to be up; `otherwise` is what it is when it is not. */
function segmentsOf(open: Intervals, upTime: Intervals, otherwise: 'down' | 'unknown'): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < open.length; i += 2) {
    const stretch = [open[i] as number, open[i + 1] as number];
    const up = intersect(stretch, upTime);
    let at = stretch[0] as number;
    for (let j = 0; j < up.length; j += 2) {
      const [from, to] = [up[j] as number, up[j + 1] as number];
      if (at < from) segments.push({ from: at, to: from, state: otherwise });
      segments.push({ from, to, state: 'up' });
      at = to;
    }
    if (at < (stretch[1] as number)) segments.push({ from: at, to: stretch[1] as number, state: otherwise });
  }
  return segments;
}

/** Adds stretches of unknown hours to the segments; adjacent segments of unknown state are joined. */
function withUnknown(known: Segment[], unknown: Intervals): Segment[] {
  if (unknown.length === 0) return known;
  const segments = [...known];
  for (let i = 0; i < unknown.length; i += 2) {
    segments.push({ from: unknown[i] as number, to: unknown[i + 1] as number, state: 'unknown' });
  }
  segments.sort((a, b) => a.from - b.from);
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    const touches = last?.state === 'unknown' && segment.state === 'unknown' && last.to === segment.from;
    if (touches) joined[joined.length - 1] = { ...last, to: segment.to };
    else joined.push(segment);
  }
  return joined;
}

function clipped({ from, to, state }: Segment, range: Stretch): Segment {
  return { from: Math.max(from, range.from), to: Math.min(to, range.to), state };
}

/** @param segments over the whole reach of the polls, also before the first poll ever */
function outagesOf(segments: readonly Segment[], goesOn: boolean, firstPoll: number): Omit<Outage, 'reasons'>[] {
  const outages: Omit<Outage, 'reasons'>[] = [];
  let begun: { from: number; to: number; lost: number; sinceFirstPoll: boolean } | undefined;
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
    begun ??= { from: start, to, lost: 0, sinceFirstPoll: beganUnobserved };
    begun.to = to;
    begun.lost += to - start;
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

function totalsOf(segments: readonly Segment[]): Totals {
  const sums = { up: 0, down: 0, unknown: 0 };
  for (const { from, to, state } of segments) sums[state] += to - from;
  return { open: sums.up + sums.down + sums.unknown, ...sums };
}
