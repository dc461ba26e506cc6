import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import { EMPTY, type Intervals } from '../domain/interval.ts';
import type { Distribution } from './distribution.ts';
import type { Habits } from './habits.ts';

/** A kind of fleet: what its stores have in common, whatever else makes them differ. */
export interface Regime {
  /** For a reader: how its stores fail, and how they are polled. */
  readonly what: string;
  /** Whether up and down times are exponential and nothing else takes a store down, as the Markov chain assumes. */
  readonly exponential: boolean;
  /** A store's habits, given those of the everyday fleet. */
  readonly habits: (everyday: Habits) => Habits;
  /** When nobody was polled: hours before the end of the history, as stretches. */
  readonly pollerDown: Intervals;
}

const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean });
const PUNCTUAL = { chance: 0, delay: exponential(HOUR) };

/** A fleet in which every store fails in turns that last as the distributions say, and opens on time. */
function inTurns(what: string, up: Distribution, down: Distribution): Regime {
  return {
    what,
    exponential: up.kind === 'exponential' && down.kind === 'exponential',
    habits: (everyday) => ({ ...everyday, health: { kind: 'in turns', up, down }, lateness: PUNCTUAL }),
    pollerDown: EMPTY,
  };
}

export const REGIMES = {
  everyday: {
    what: 'what a real fleet looks like: every store its own rates, some never up or never down, some that open late',
    exponential: false,
    habits: (everyday) => everyday,
    pollerDown: EMPTY,
  },
  calm: inTurns('up for 10 days, down for 40 minutes on average', exponential(10 * DAY), exponential(40 * MINUTE)),
  churny: inTurns('up for 4 hours, down for 45 minutes on average', exponential(4 * HOUR), exponential(45 * MINUTE)),
  'long-outages': inTurns('up for 4 days, down for 12 hours on average', exponential(4 * DAY), exponential(12 * HOUR)),
  'late-openings': {
    ...inTurns('', exponential(10 * DAY), exponential(40 * MINUTE)),
    what: 'calm, but every second opening is 10 to 90 minutes late',
    exponential: false,
    habits: (everyday) => ({
      ...everyday,
      health: { kind: 'in turns', up: exponential(10 * DAY), down: exponential(40 * MINUTE) },
      lateness: { chance: 0.5, delay: { kind: 'uniform', from: 10 * MINUTE, to: 90 * MINUTE } },
    }),
  },
  'sparse-polls': {
    ...inTurns('', exponential(DAY), exponential(90 * MINUTE)),
    what: 'up for a day, down for 90 minutes on average; three of five polls are missing',
    habits: (everyday) => ({
      ...everyday,
      health: { kind: 'in turns', up: exponential(DAY), down: exponential(90 * MINUTE) },
      lateness: PUNCTUAL,
      polling: { ...everyday.polling, missed: 0.6 },
    }),
  },
  'poller-outage': {
    ...inTurns('', exponential(DAY), exponential(90 * MINUTE)),
    what: 'up for a day, down for 90 minutes on average; the poller was down for 39 hours, and for 9 of the last 24',
    pollerDown: [-76, -37, -15, -6],
  },
  heterogeneous: {
    what: 'every store its own rates, from never down over once in minutes to never up; all open on time',
    exponential: true,
    habits: (everyday) => ({ ...everyday, lateness: PUNCTUAL }),
    pollerDown: EMPTY,
  },
  lognormal: inTurns(
    'bursty: log-normal times, up for a day, down for 90 minutes on average',
    { kind: 'lognormal', mean: DAY, spread: 1.3 },
    { kind: 'lognormal', mean: 90 * MINUTE, spread: 1.3 },
  ),
  weibull: inTurns(
    'bursty: Weibull times of shape 0.6, up for a day, down for 90 minutes on average',
    { kind: 'weibull', mean: DAY, shape: 0.6 },
    { kind: 'weibull', mean: 90 * MINUTE, shape: 0.6 },
  ),
} satisfies Record<string, Regime>;

export type RegimeName = keyof typeof REGIMES;

export const REGIME_NAMES = Object.keys(REGIMES) as readonly RegimeName[];

/** Whether the poller was down at an instant, for a history that ends at `end` (both in milliseconds). */
export function pollerIsDown({ pollerDown }: Regime, at: number, end: number): boolean {
  const hours = (at - end) / HOUR;
  for (let i = 0; i < pollerDown.length; i += 2) {
    if (hours >= (pollerDown[i] as number) && hours < (pollerDown[i + 1] as number)) return true;
  }
  return false;
}
