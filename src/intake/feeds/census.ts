import { DEFAULT_ZONE } from '../../calendar/tzdb.ts';
import { counted } from '../../lib/text.ts';
import type { StoreCensus } from '../../storage/ports/import-session.ts';

/** A summary of the stores after an import. */
export function censusLine({ polled, withHours, withZone, hoursOnly, zoneOnly }: StoreCensus): string {
  return (
    `${counted(polled, 'store')} with polls: ${withHours} with business hours, ${withZone} with a time zone; ` +
    `without polls: ${hoursOnly} with business hours, ${zoneOnly} with a time zone`
  );
}

/**
 * Warnings, for people, that the ids of the feeds do not match: most polled stores have no hours, or most stores with
 * hours have no polls; likewise for zones. A feed without any data causes no warning.
 */
export function censusWarnings(census: StoreCensus): string[] {
  const { polled, withHours, withZone, hoursOnly, zoneOnly, withHoursHere, withZoneHere } = census;
  const warnings: string[] = [];
  if (areApart(polled, withHours, hoursOnly)) {
    const here = withHoursHere === undefined ? '' : ' in this file';
    const rest =
      hoursOnly === 0
        ? 'the others count as open 24/7'
        : `${counted(hoursOnly, 'store has', 'stores have')} hours and no polls`;
    warnings.push(`${withHoursHere ?? withHours} of ${polled} polled stores have business hours${here}; ${rest}`);
  }
  if (areApart(polled, withZone, zoneOnly)) {
    const here = withZoneHere === undefined ? '' : ' in this file';
    const rest =
      zoneOnly === 0
        ? `the others are in the default zone, ${DEFAULT_ZONE}`
        : `${counted(zoneOnly, 'store has', 'stores have')} a time zone and no polls`;
    warnings.push(`${withZoneHere ?? withZone} of ${polled} polled stores have a time zone${here}; ${rest}`);
  }
  return warnings;
}

function areApart(polled: number, both: number, only: number): boolean {
  if (polled === 0 || both + only === 0) return false;
  return 2 * both < polled || 2 * only > both + only;
}
