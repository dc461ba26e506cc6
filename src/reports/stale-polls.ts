import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import type { ReportRecord } from '../storage/ports/report-catalog.ts';

/** The age of the newest poll: `121 minutes old`, from 3 hours on `3 hours old`, from 48 hours on `2 days old`. */
export function ageOf(latest: number, at: number): string {
  const age = at - latest;
  if (age < 3 * HOUR) return `${Math.floor(age / MINUTE)} minutes old`;
  return age < 2 * DAY ? `${Math.floor(age / HOUR)} hours old` : `${Math.floor(age / DAY)} days old`;
}

/** The warning for readers of a report whose polls were stale, in ASCII; `undefined`: they were not. */
export function warningOf({ asOf, requestedAt, pollsLate }: ReportRecord): string | undefined {
  if (!pollsLate) return undefined;
  return `the newest poll was ${ageOf(asOf, requestedAt)} when this report was requested; it does not cover the time since`;
}
