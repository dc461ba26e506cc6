import type { ReportRecord } from '../storage/ports/report-catalog.ts';

const MINUTE = 60_000;

/** How old the newest poll is, such as `121 minutes old`. */
export function ageOf(latest: number, at: number): string {
  return `${Math.floor((at - latest) / MINUTE)} minutes old`;
}

/** What whoever reads a report must know of its instant, in ASCII; `undefined`: nothing. */
export function warningOf({ asOf, requestedAt, pollsLate }: ReportRecord): string | undefined {
  if (!pollsLate) return undefined;
  return `the newest poll was ${ageOf(asOf, requestedAt)} when this report was asked for; it says nothing about the time since`;
}
