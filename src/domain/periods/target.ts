import type { CredibleInterval } from '../markov/credible-interval.ts';
import type { Measures } from './sums.ts';

/** In each of which a target counts. */
export const TARGET_PERIODS = ['week', 'month', 'quarter', 'year'] as const;
export type TargetPeriod = (typeof TARGET_PERIODS)[number];

export const VERDICTS = ['met', 'missed', 'cannot_tell'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How a target stands in one of its periods; times are milliseconds. */
export interface TargetStanding {
  readonly scheduled: number;
  /** The downtime that the target allows. */
  readonly budget: number;
  /** The adjusted downtime so far, and the ends of its credible interval. */
  readonly spent: number;
  readonly low: number;
  readonly high: number;
  /** Open time that may still be down: the rest of the period, and what is unknown. */
  readonly left: number;
  /** How fast the budget is spent: 1 spends all of it by the end of the period. `undefined`: no state is known. */
  readonly burnRate: number | undefined;
  readonly verdict: Verdict;
}

/**
 * How a target stands. It is met if all that may be down is within the budget, and missed if more than the budget was down
 * for certain, both with the probability of the interval.
 *
 * @param target the uptime as a share of the scheduled time, more than 0 and less than 1
 * @param scheduled the open time of the whole period
 * @param measures of the period so far
 * @param interval of the adjusted downtime
 */
export function standingOf(
  target: number,
  scheduled: number,
  { open, planned, excused, adjustedUp, adjustedDown }: Measures,
  { low, high }: CredibleInterval,
): TargetStanding {
  const budget = (1 - target) * scheduled;
  const spent = adjustedDown;
  const known = adjustedUp + adjustedDown;
  const unknown = open - planned - excused - known;
  const left = Math.max(0, scheduled - open) + unknown;
  return {
    ...{ scheduled, budget, spent, low, high, left },
    burnRate: known === 0 ? undefined : spent / known / (1 - target),
    verdict: low > budget ? 'missed' : high + left <= budget ? 'met' : 'cannot_tell',
  };
}
