import type { StoreTime, Timeline } from '../../../api/schema.ts';
import { addDays, dateAt, isDate, type LocalDay, localDays } from '../../lib/local-days.ts';
import { call } from '../../state/api.ts';

/** Seven local days of a store. */
export interface Week {
  /** The last day. */
  readonly until: string;
  readonly days: readonly LocalDay[];
  readonly from: number;
  /** The end of the last day, or the displayed instant if it is earlier. */
  readonly to: number;
}

/** @param until the last date; an invalid or future date means today */
export function weekUntil(until: string, zone: string, asOf: number): Week {
  const today = dateAt(asOf, zone);
  const last = isDate(until) && until < today ? until : today;
  const days = localDays(addDays(last, -6), 7, zone);
  const [first] = days;
  const end = days.at(-1)?.to ?? asOf;
  return { until: last, days, from: first?.from ?? asOf, to: Math.min(end, asOf) };
}

export const instantText = (instant: number) => new Date(instant).toISOString();

/** The part of a timeline that a week displays. */
export type WeekTimeline = Pick<
  Timeline,
  'to' | 'first_poll' | 'seen' | 'planned' | 'hours_unknown' | 'polls' | 'outages'
>;

/** Cuts a longer timeline to a week; the rows clip the segments. */
export function timelineIn({ from, to }: Week, timeline: Timeline): WeekTimeline {
  const meets = (one: { readonly from: StoreTime; readonly to: StoreTime }) =>
    Date.parse(one.from.utc) < to && Date.parse(one.to.utc) > from;
  return {
    ...timeline,
    planned: timeline.planned.filter(meets),
    hours_unknown: timeline.hours_unknown.filter(meets),
    // Where the start of an outage is not known, `from` is later than it.
    outages: timeline.outages.filter(
      (outage) => meets(outage) || (outage.began_earlier && Date.parse(outage.to.utc) > from),
    ),
    polls: timeline.polls.filter(({ at }) => Date.parse(at.utc) >= from && Date.parse(at.utc) <= to),
  };
}

/** The timeline of a week, as of its end. */
export function fetchWeek(id: string, { from, to }: Week, signal: AbortSignal) {
  const [first, last] = [instantText(from), instantText(to)];
  return call('GET /api/v1/stores/{store_id}/timeline', {
    path: { store_id: id },
    query: { from: first, to: last, as_of: last },
    signal,
  });
}

const POLL_REACH = 8 * 24 * 3_600_000;

/** The counting polls at an instant, and the windows of a report: one request for the whole page. */
export function fetchExplained(id: string, asOf: number, signal: AbortSignal) {
  return call('GET /api/v1/stores/{store_id}/timeline', {
    path: { store_id: id },
    query: {
      as_of: instantText(asOf),
      to: instantText(asOf),
      from: instantText(asOf - POLL_REACH),
      windows: ['hour', 'day', 'week'],
    },
    signal,
  });
}
