import type { FleetHistory, FleetPeriod } from '../../../api/schema.ts';
import { dayAndMonth, timeOfDay, VIEWER_ZONE, weekday } from '../../lib/clock.ts';
import { ApiError, call } from '../../state/api.ts';

/**
 * The history of the fleet by the hours of the viewer's clock, or of UTC if the server does not know the viewer's zone.
 *
 * @param asOf an instant; `undefined`: now
 */
export async function fetchHistory(asOf: string | undefined, signal: AbortSignal): Promise<FleetHistory> {
  const fetchIn = (time_zone: string) =>
    call('GET /api/v1/fleet/history', { query: { as_of: asOf, time_zone }, signal });
  try {
    return await fetchIn(VIEWER_ZONE);
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return fetchIn('UTC');
    throw error;
  }
}

/** `Wed 18 Nov, 12:00–13:00` */
export function hourWords({ from, to }: FleetPeriod, zone: string): string {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return `${dateWords(begin, zone)}, ${timeOfDay(begin, zone)}–${timeOfDay(end, zone)}`;
}

/** The date of a day, with the times of one that is not whole: `Wed 18 Nov, until 12:20`. */
export function dayWords(days: readonly FleetPeriod[], i: number, zone: string): string {
  const [from, to] = [days[i]?.from, days[i]?.to].map((instant) => Date.parse(instant ?? ''));
  const date = dateWords(from as number, zone);
  if (i === 0) return `${date}, from ${timeOfDay(from as number, zone)}`;
  return i === days.length - 1 ? `${date}, until ${timeOfDay(to as number, zone)}` : date;
}

function dateWords(instant: number, zone: string): string {
  return `${weekday(instant, zone)} ${dayAndMonth(instant, zone)}`;
}
