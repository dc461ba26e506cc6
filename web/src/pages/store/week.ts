import { addDays, dateAt, type LocalDay, localDays } from '../../lib/local-days.ts';
import { call } from '../../state/api.ts';

/** Seven local days of a store. */
export interface Week {
  /** The last of them. */
  readonly until: string;
  readonly days: readonly LocalDay[];
  readonly from: number;
  /** The end of the last day, or the instant that one looks at when that comes first. */
  readonly to: number;
}

/** @param until the last date; a text that is none, or one in the future, means today */
export function weekUntil(until: string, zone: string, asOf: number): Week {
  const today = dateAt(asOf, zone);
  const last = /^\d{4}-\d\d-\d\d$/.test(until) && until < today ? until : today;
  const days = localDays(addDays(last, -6), 7, zone);
  const [first] = days;
  const end = days.at(-1)?.to ?? asOf;
  return { until: last, days, from: first?.from ?? asOf, to: Math.min(end, asOf) };
}

export const instantText = (instant: number) => new Date(instant).toISOString();

/** What happened in a week, by what was known at its end. */
export function bringWeek(id: string, { from, to }: Week, signal: AbortSignal) {
  const [first, last] = [instantText(from), instantText(to)];
  return call('GET /api/v1/stores/{store_id}/timeline', {
    path: { store_id: id },
    query: { from: first, to: last, as_of: last },
    signal,
  });
}
