import type { StoreCensus } from '../../storage/ports/import-session.ts';

/** A summary of the stores after an import. */
export function censusLine({ polled, withHours, withZone, hoursOnly, zoneOnly }: StoreCensus): string {
  return (
    `${stores(polled)} with polls: ${withHours} with business hours, ${withZone} with a time zone; ` +
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
    warnings.push(
      `${withHoursHere ?? withHours} of ${polled} polled stores have business hours${here}; ${stores(hoursOnly)} ${have(hoursOnly)} hours and no polls`,
    );
  }
  if (areApart(polled, withZone, zoneOnly)) {
    const here = withZoneHere === undefined ? '' : ' in this file';
    warnings.push(
      `${withZoneHere ?? withZone} of ${polled} polled stores have a time zone${here}; ${stores(zoneOnly)} ${have(zoneOnly)} a zone and no polls`,
    );
  }
  return warnings;
}

function areApart(polled: number, both: number, only: number): boolean {
  if (polled === 0 || both + only === 0) return false;
  return 2 * both < polled || 2 * only > both + only;
}

function stores(count: number): string {
  return count === 1 ? '1 store' : `${count} stores`;
}

function have(count: number): string {
  return count === 1 ? 'has' : 'have';
}
