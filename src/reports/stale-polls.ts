import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import { isStale } from '../domain/staleness.ts';
import type { ReportRecord } from '../storage/ports/report-catalog.ts';

/** The age of the newest poll: `121 minutes old`, from 3 hours on `3 hours old`, from 48 hours on `2 days old`. */
export function ageOf(latest: number, at: number): string {
  const age = at - latest;
  if (age < 3 * HOUR) return `${Math.floor(age / MINUTE)} minutes old`;
  return age < 2 * DAY ? `${Math.floor(age / HOUR)} hours old` : `${Math.floor(age / DAY)} days old`;
}

/**
 * The warning for readers of a report whose polls were stale, in ASCII; `undefined`: they were not. A report as of the
 * newest poll does not cover the time since; one with an instant of its own does, without any poll.
 */
export function warningOf({ asOf, requestedAt, stalePoll }: StaleReport): string | undefined {
  if (stalePoll === undefined) return undefined;
  if (stalePoll === asOf) {
    return `the newest poll was ${ageOf(asOf, requestedAt)} when this report was requested; it does not cover the time since`;
  }
  return `the newest poll was ${ageOf(stalePoll, asOf)} at as_of; the time since is an extrapolation without any poll`;
}

/** The instants of a report that its warning depends on, milliseconds. */
export type StaleReport = Pick<ReportRecord, 'asOf' | 'requestedAt' | 'stalePoll'>;

/** What a report is asked for. */
interface Asked {
  /** Its own instant; `undefined`: that of the newest poll. */
  readonly asOf: number | undefined;
  /** The newest poll, up to `asOf`. */
  readonly newest: number | undefined;
  readonly requestedAt: number;
  /** Whether polls come in by themselves. */
  readonly live: boolean;
}

/**
 * The newest poll, if it is stale for the report. Without an instant of its own, the report of an archive is as old as
 * its polls by intent.
 */
export function stalePollOf({ asOf, newest, requestedAt, live }: Asked, pollInterval: number): number | undefined {
  if (newest === undefined || (asOf === undefined && !live)) return undefined;
  return isStale(newest, asOf ?? requestedAt, pollInterval) ? newest : undefined;
}
