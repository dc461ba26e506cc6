import { type Stretch, type Timeline, timelineOf } from '../domain/timeline.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { FleetSchedule } from './schedules.ts';

export interface StoreTimeline extends Timeline {
  /** The zone whose clock the store went by at an instant. */
  zoneAt(instant: number): Zone;
  /** When the store was polled for the first time ever, up to `asOf`, milliseconds; `undefined`: it never was. */
  readonly firstPoll: number | undefined;
}

/** @param range within the eight days before `asOf` */
export async function readTimeline(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  key: number,
  range: Stretch,
  asOf: number,
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
  return {
    ...timelineOf(schedule.openIntervals(store, from, asOf), polls, 0, polls.length, range, asOf, {
      reasons,
      firstPoll,
      unknown: schedule.unknownIntervals(store),
    }),
    firstPoll: firstPoll <= asOf ? firstPoll : undefined,
    zoneAt: (instant) => schedule.zoneAt(store, instant),
  };
}
