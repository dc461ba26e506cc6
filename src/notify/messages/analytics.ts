import type { AnalyticsFacts, AnswerFacts, FiguresFacts, PeriodFacts } from '../../domain/alerts/analytics-facts.ts';
import { DAY, HOUR } from '../../domain/hours.ts';
import { durationWords, timeIn } from './words.ts';

/** Below this coverage, figures say how little was seen. */
export const ENOUGH_COVERAGE = 0.9;

/** The variables of templates about the answer to a question: texts, or null where there is nothing to say. */
export function analyticsVariables({ name, answer, problem }: AnalyticsFacts, zone: string) {
  return {
    ...{ name, problem: problem ?? null },
    period: answer === undefined ? null : periodWords(answer.period),
    clock: answer === undefined ? null : clockWords(answer),
    until: answer === undefined ? null : timeIn(zone, answer.asOf),
    complete: answer?.period.complete ?? false,
    compared: answer === undefined ? null : periodWords(answer.compared),
    total: answer === undefined ? null : figuresVariables(answer.total),
    keys: answer?.keys.join(', ') ?? '',
    groups: answer?.groups ?? 0,
    worst: answer?.worst.map(figuresVariables) ?? [],
    improved: answer?.improved.map(figuresVariables) ?? [],
  };
}

function figuresVariables(figures: FiguresFacts) {
  return {
    ...{ name: figures.name, stores: figures.stores, uptime: uptimeWords(figures), downtime: downWords(figures) },
    ...{ open: hoursWords(figures.open), change: changeWords(figures), coverage: lowCoverageWords(figures) },
  };
}

const DATE = new Intl.DateTimeFormat('en-US', {
  ...{ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' },
});

/** `Thu, Oct 1, 2026 – Sat, Oct 31, 2026` */
export function periodWords({ from, to }: PeriodFacts): string {
  if (from.length > 10) return `${from} – ${to}`;
  const [first, last] = [Date.parse(from), Date.parse(to) - DAY].map((instant) => DATE.format(instant));
  return first === last ? String(first) : `${first} – ${last}`;
}

/** Whose clock has the days of a period. */
export function clockWords({ period: { zone } }: AnswerFacts): string {
  return zone ?? 'local time of each store';
}

/** `97.3%`; without a poll, that nothing was seen: no data is no good news. */
export function uptimeWords({ uptime }: FiguresFacts): string {
  return uptime === null ? 'no checks while open' : percent(uptime);
}

/** Rounded down, so that only uptime without any downtime is 100%. */
function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)}%`;
}

/** `+1.25 points`; null: not comparable. */
export function changeWords({ change }: FiguresFacts): string | null {
  if (change === null) return null;
  const points = Math.abs(change * 100).toFixed(2);
  if (points === '0.00') return 'unchanged';
  return `${change < 0 ? '−' : '+'}${points} points`;
}

export function downWords({ down, uptime }: FiguresFacts): string {
  return uptime === null ? 'unknown' : hoursWords(down);
}

/** Store hours: `45 min`, `3 h 20 min`, `1,203 h`. */
export function hoursWords(milliseconds: number): string {
  if (milliseconds < DAY) return durationWords(milliseconds);
  return `${Math.round(milliseconds / HOUR).toLocaleString('en-US')} h`;
}

/** `checks cover 62% of the open time`; null: enough of it. */
export function lowCoverageWords({ coverage }: FiguresFacts): string | null {
  if (coverage === null || coverage >= ENOUGH_COVERAGE) return null;
  return `checks cover ${Math.floor(coverage * 100)}% of the open time`;
}
