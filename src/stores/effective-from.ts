import { parseInstant } from '../calendar/instant.ts';
import { DEFAULT_ZONE, isDate, startOfDate } from '../calendar/tzdb.ts';
import { invalid } from '../lib/errors.ts';
import type { ZoneVersion } from '../storage/ports/schedules.ts';

/**
 * The instant from which a change applies: the given instant, or the local midnight at which the given date begins.
 *
 * @param zones the versions of the zone of the store, in order
 * @throws UserError `invalid_input`
 */
export function effectiveFrom(text: string, zones: readonly ZoneVersion[]): number {
  const instant = isDate(text) ? beginningOf(text, zones) : parseInstant(text);
  if (instant !== undefined) return instant;
  throw invalid(
    `effective_from is "${text.slice(0, 100)}", expected an instant such as "2026-11-25T09:00:00Z" or a date such as "2026-11-25"`,
    'effective_from',
  );
}

/** In the zone in force on the date. If the zone changes on it, the first zone that is in force at its own midnight. */
function beginningOf(date: string, zones: readonly ZoneVersion[]): number | undefined {
  const midnights = zones.map(({ zone, until }) => ({ until, midnight: startOfDate(date, zone ?? DEFAULT_ZONE) }));
  return midnights.find(({ midnight, until }) => midnight < until)?.midnight;
}
