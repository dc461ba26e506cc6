import type { FleetWindow, SeenPoll, Timeline } from '../../api/schema.ts';
import { ENOUGH_COVERAGE } from './coverage.ts';
import { openTime, percent } from './format.ts';

/** The text for a range without outages; unknown time does not count as good news. */
export function noOutages({
  hours_unknown,
  polls,
  unknown_seconds,
}: Pick<Timeline, 'hours_unknown' | 'polls'> & { readonly unknown_seconds: number }): string {
  if (polls.some(({ counts }) => counts)) {
    return unknown_seconds === 0
      ? 'None: no poll within business hours found it inactive.'
      : `None seen. Nobody looked in ${openTime(unknown_seconds)} of the scheduled time.`;
  }
  return hours_unknown.length > 0
    ? 'None known: polls do not count while the hours or the zone are unknown.'
    : 'None known: no poll was made within business hours.';
}

/** The text if no store was down in the last day. */
export function noDowntime({
  uptime_ratio,
  coverage_ratio,
}: Pick<FleetWindow, 'uptime_ratio' | 'coverage_ratio'>): string {
  if (uptime_ratio === null) return 'Nothing is known of the last 24 hours.';
  if (coverage_ratio !== null && coverage_ratio < ENOUGH_COVERAGE) {
    return `No downtime was seen in the last 24 hours, but checks cover only ${percent(coverage_ratio)} of the scheduled hours.`;
  }
  return 'No downtime was found in the last 24 hours.';
}

/** Why a poll does not count, to append to its result; `undefined`: it counts. */
export function whyNotCounted({ reason }: Pick<SeenPoll, 'reason'>): string | undefined {
  if (reason === null) return undefined;
  return reason === 'hours_unknown' ? 'hours or zone unknown' : 'outside business hours';
}
