import { type Stretch, type Timeline, timelineOf } from '../domain/timeline.ts';
import { POLL_REACH } from '../domain/window.ts';
import { readSchedule, ScheduleRange } from '../reports/schedule.ts';
import type { Snapshot } from '../storage/ports.ts';
import { DEFAULT_ZONE } from '../tzdb.ts';

export interface StoreTimeline extends Timeline {
  /** The zone whose clock the store went by at an instant; an IANA name. */
  zoneAt(instant: number): string;
}

/** @param range within the eight days before `asOf` */
export async function readTimeline(
  snapshot: Snapshot,
  key: number,
  range: Stretch,
  asOf: number,
): Promise<StoreTimeline> {
  const reach = new ScheduleRange(asOf - POLL_REACH, asOf);
  const zones = await snapshot.zoneVersions(key);
  const schedule = await readSchedule(snapshot, key, [reach.zone(zones.at(-1)?.zone ?? null)], reach);
  const polls = await snapshot.polls(key, key + 1, reach.from, reach.to);
  const open = schedule.openIntervals(0, reach.from, reach.to);
  return {
    ...timelineOf(open, polls, 0, polls.length, range, asOf),
    zoneAt: (instant) => zones.find(({ until }) => instant < until)?.zone ?? DEFAULT_ZONE,
  };
}
