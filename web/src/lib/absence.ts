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
      ? 'No outages: every check within business hours was active.'
      : `No outages seen, but ${openTime(unknown_seconds)} of the scheduled hours are unknown.`;
  }
  return hours_unknown.length > 0
    ? 'Unknown: checks are ignored while the hours or the time zone are unknown.'
    : 'Unknown: there are no checks within business hours.';
}

/** The text if no store was down in the last day. */
export function noDowntime({
  uptime_ratio,
  coverage_ratio,
}: Pick<FleetWindow, 'uptime_ratio' | 'coverage_ratio'>): string {
  if (uptime_ratio === null) return 'The last 24 hours are unknown.';
  if (coverage_ratio !== null && coverage_ratio < ENOUGH_COVERAGE) {
    return `No downtime seen in the last 24 hours, but checks cover only ${percent(coverage_ratio)} of the scheduled hours.`;
  }
  return 'No downtime in the last 24 hours.';
}

/** Why a poll is ignored; `undefined`: it counts. */
export function whyNotCounted({ reason }: Pick<SeenPoll, 'reason'>): string | undefined {
  if (reason === null) return undefined;
  return reason === 'hours_unknown' ? 'hours or time zone unknown' : 'outside business hours';
}
