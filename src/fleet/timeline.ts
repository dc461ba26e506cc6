import { type Stretch, type Timeline, timelineOf } from '../domain/timeline.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { FleetSchedule } from './schedules.ts';

/** Which time of a store to explain, by what was known at the instant `asOf`; milliseconds. */
export interface TimelineRange extends Stretch {
  readonly asOf: number;
  /** Further stretches to explain by the same polls, within the eight days before `asOf`. */
  readonly windows?: readonly Stretch[] | undefined;
}

export interface StoreTimeline extends Timeline {
  /** One for each of the windows asked for, in their order. */
  readonly windows: readonly Timeline[];
  /** The time zone of the store at an instant. */
  zoneAt(instant: number): Zone;
  /** The first poll ever, up to `asOf`, milliseconds; `undefined`: none. */
  readonly firstPoll: number | undefined;
}

/**
 * @param range within the eight days before its `asOf`
 * @param pollInterval milliseconds between two polls of a store
 */
export async function readTimeline(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  key: number,
  { asOf, windows = [], ...range }: TimelineRange,
  pollInterval: number,
): Promise<StoreTimeline> {
  const from = asOf - POLL_REACH;
  const { base, schedule } = fleet.over(from, asOf);
  const store = key - base;
  const polls = await snapshot.polls(key, key + 1, from, asOf);
  const [firstPoll = Number.NaN] = await snapshot.firstPolls(key, key + 1);
  const reasons = new Map<number, string>();
  for (const { reason, instant } of await snapshot.pollReasons(key, key + 1, from, asOf)) {
    for (const at of instant) reasons.set(at, reason);
  }
  const open = schedule.openIntervals(store, from, asOf);
  const about = { reasons, firstPoll, unknown: schedule.unknownIntervals(store), pollInterval };
  const timelineIn = (stretch: Stretch) => timelineOf(open, polls, 0, polls.length, stretch, asOf, about);
  return {
    ...timelineIn(range),
    windows: windows.map(timelineIn),
    firstPoll: firstPoll <= asOf ? firstPoll : undefined,
    zoneAt: (instant) => schedule.zoneAt(store, instant),
  };
}
