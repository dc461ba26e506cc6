import { MINUTE } from '../domain/hours.ts';
import type { ReportRecord } from '../storage/ports/report-catalog.ts';

/** The age of the newest poll, such as `121 minutes old`. */
export function ageOf(latest: number, at: number): string {
  return `${Math.floor((at - latest) / MINUTE)} minutes old`;
}

/** The warning for readers of a report whose polls were stale, in ASCII; `undefined`: they were not. */
export function warningOf({ asOf, requestedAt, pollsLate }: ReportRecord): string | undefined {
  if (!pollsLate) return undefined;
  return `the newest poll was ${ageOf(asOf, requestedAt)} when this report was requested; it does not cover the time since`;
}
