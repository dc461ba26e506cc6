import { EMPTY, type Intervals, intersect, subtract, union } from '../interval.ts';
import { DOWN, type PeriodState, type PeriodStates, UP } from './states.ts';

/** What adjustments say of the time of one store. */
export interface Adjustments {
  readonly planned: Intervals;
  readonly excused: Intervals;
  /** Polls in it do not count. */
  readonly falseReading: Intervals;
  readonly forceDown: Intervals;
}

/** One store after its adjustments. */
export interface AdjustedStore {
  /** Open time by the column in which it counts; no instant is in two of them. What is in none of them is unknown. */
  readonly times: Readonly<Record<'planned' | 'excused' | 'adjustedUp' | 'adjustedDown', Intervals>>;
  /** The open time whose state the polls decide. */
  readonly polled: Intervals;
  /** The open time that is down, whatever the polls say. */
  readonly forced: Intervals;
  /** The states by the polls that count. */
  readonly states: PeriodStates;
}

/** Whether any adjustment concerns a store. */
export function isAdjusted({ planned, excused, falseReading, forceDown }: Adjustments): boolean {
  return planned.length + excused.length + falseReading.length + forceDown.length > 0;
}

/**
 * Adjusts the open time of one store. Planned downtime is left out first, then what is excused; of the rest, what is
 * forced down is down, and the remaining polls decide the state of the remaining time.
 *
 * @param open its open intervals, without those in which its hours or its zone are `unknown`
 * @param states by the polls outside false readings
 */
export function adjustedStore(
  open: Intervals,
  unknown: Intervals,
  { planned, excused, forceDown }: Adjustments,
  states: PeriodStates,
): AdjustedStore {
  const all = unknown.length === 0 ? open : union([...open, ...unknown]);
  const own = intersect(all, planned);
  const others = subtract(intersect(all, excused), planned);
  const counted = subtract(subtract(open, own), others);
  const forced = intersect(counted, forceDown);
  const polled = subtract(counted, forced);
  const down = union([...forced, ...intersect(polled, stretchesOf(states, DOWN))]);
  return {
    times: {
      ...{ planned: own, excused: others },
      ...{ adjustedUp: intersect(polled, stretchesOf(states, UP)), adjustedDown: down },
    },
    ...{ polled, forced, states },
  };
}

function stretchesOf({ from, state, length }: PeriodStates, wanted: PeriodState): Intervals {
  const stretches: number[] = [];
  for (let i = 0; i < length; i++) {
    if (state[i] !== wanted) continue;
    stretches.push(from[i] as number, i + 1 < length ? (from[i + 1] as number) : Number.POSITIVE_INFINITY);
  }
  return stretches;
}

/** No adjustment concerns the store. */
export const UNADJUSTED: Adjustments = { planned: EMPTY, excused: EMPTY, falseReading: EMPTY, forceDown: EMPTY };
