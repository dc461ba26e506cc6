import type { FleetWindow, SeenPoll, Timeline } from '../../api/schema.ts';

/** The text for a range without outages; unknown time does not count as good news. */
export function noOutages({ hours_unknown, polls }: Pick<Timeline, 'hours_unknown' | 'polls'>): string {
  if (polls.some(({ counts }) => counts)) return 'None: no poll within business hours found it inactive.';
  return hours_unknown.length > 0
    ? 'None known: polls do not count while the hours or the zone are unknown.'
    : 'None known: no poll was made within business hours.';
}

/** The text if no store was down in the last day. */
export function noDowntime({ uptime_ratio }: Pick<FleetWindow, 'uptime_ratio'>): string {
  return uptime_ratio === null
    ? 'Nothing is known of the last 24 hours.'
    : 'No downtime was found in the last 24 hours.';
}

/** Why a poll does not count, to append to its result; `undefined`: it counts. */
export function whyNotCounted({ reason }: Pick<SeenPoll, 'reason'>): string | undefined {
  if (reason === null) return undefined;
  return reason === 'hours_unknown' ? 'hours or zone unknown' : 'outside business hours';
}
