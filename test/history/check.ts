import { judgeReadings, type Reading } from './answers.ts';
import type { Chain } from './chains.ts';
import { type AcceptedJob, judgeJobs, type Sighting } from './jobs.ts';
import { type AlertHistory, judgeAlerts } from './messages.ts';
import { judgePolls, type Poll, type PollWrite } from './polls.ts';
import { judgeDefaults, judgeReports, type RequestedReport } from './reports.ts';
import type { Span, Violation } from './violations.ts';

/** Something that has to succeed in the end, such as a command. */
export interface FinalCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

/** Everything that clients of real servers sent and saw, with times of one clock. */
export interface RecordedHistory {
  /** What could not be explained when it happened. */
  readonly violations: readonly Violation[];
  readonly writes: readonly PollWrite[];
  readonly chains: readonly Chain[];
  readonly jobs: readonly AcceptedJob[];
  readonly reports: readonly RequestedReport[];
  readonly sightings: readonly Sighting[];
  readonly readings: readonly Reading[];
  /** The classic CSV of each report that was read. */
  readonly csvs: ReadonlyMap<string, string>;
  /** When the clock of a server was wrong. */
  readonly wrongClocks: readonly Span[];
  /** What the database held in the end. */
  readonly stored: readonly Poll[];
  readonly checks: readonly FinalCheck[];
  readonly alerts: AlertHistory;
}

/** Compares a history with what has to hold. */
export function checkHistory(history: RecordedHistory): Violation[] {
  const { writes, chains, jobs, reports, sightings, readings, csvs, wrongClocks, stored, checks } = history;
  const completeAt = new Map<string, number>();
  for (const { id, status, end } of sightings) {
    if (status === 'complete') completeAt.set(id, Math.min(end, completeAt.get(id) ?? end));
  }
  const read = reports.flatMap((report) => {
    const [csv, at] = [csvs.get(report.id), completeAt.get(report.id)];
    return csv === undefined || at === undefined ? [] : [{ ...report, csv, completeAt: at }];
  });
  return [
    ...history.violations,
    ...judgePolls(writes, stored),
    ...judgeJobs(jobs, sightings),
    ...judgeReadings(readings),
    ...judgeAlerts(history.alerts),
    ...judgeReports(read, chains),
    ...judgeDefaults(reports, writes, wrongClocks),
    ...checks
      .filter(({ ok }) => !ok)
      .map(({ name, output }): Violation => ({ invariant: 'the database is sound', what: `${name}: ${output}` })),
  ];
}
