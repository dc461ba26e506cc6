import { DAY, HOUR, MINUTE } from '../hours.ts';
import { POLL_REACH } from '../window.ts';

/** When a store counts as down. */
export type Condition =
  /** So many counting polls in a row are inactive, or `polls.withReason` if the platform says why. */
  | { readonly kind: 'inactive_polls'; readonly polls: number; readonly withReason: number }
  /** At least `lost` of the open time of the last `within` is down, and so is the last poll; milliseconds. */
  | { readonly kind: 'lost_time'; readonly lost: number; readonly within: number }
  /** The store is down with at least this probability, and its last poll is inactive: see `probabilityDown`. */
  | { readonly kind: 'probability'; readonly down: number };

export interface AlertRule {
  readonly condition: Condition;
  /** Active polls in a row that end an incident. */
  readonly recovery: number;
  /** Milliseconds after opening in which a store that was not up since does not alert. */
  readonly openingGrace: number;
  /** A store that closes within this time does not alert; milliseconds. */
  readonly nearClose: number;
}

export const DEFAULT_RULE: AlertRule = {
  condition: { kind: 'inactive_polls', polls: 2, withReason: 1 },
  recovery: 1,
  openingGrace: 15 * MINUTE,
  nearClose: 30 * MINUTE,
};

const MOST_POLLS = 100;
/** Below, a store may as well be up; above, the polls of a store that often changes may never be as sure. */
const LEAST_PROBABILITY = 0.5;
const MOST_PROBABILITY = 0.95;

/** Why a rule makes no sense. */
export interface RuleFault {
  /** The path of the value in the API: `condition.polls`. */
  readonly field: string;
  readonly message: string;
}

/** Why a rule makes no sense, or can never alert: one sentence for each fault, which names the value; empty: it can. */
export function ruleFaults({ condition, recovery, openingGrace, nearClose }: AlertRule): RuleFault[] {
  const faults = conditionFaults(condition);
  if (!isCount(recovery)) {
    faults.push({ field: 'recovery', message: `recovery is ${recovery}, expected 1 to ${MOST_POLLS} active polls` });
  }
  for (const [field, value] of Object.entries({ opening_grace_minutes: openingGrace, near_close_minutes: nearClose })) {
    if (!(value >= 0 && value < DAY)) {
      const message = `${field} is ${value / MINUTE}, expected 0 to 1439: with a day, no store would ever alert`;
      faults.push({ field, message });
    }
  }
  return faults;
}

function conditionFaults(condition: Condition): RuleFault[] {
  switch (condition.kind) {
    case 'inactive_polls':
      return Object.entries({ polls: condition.polls, polls_with_reason: condition.withReason })
        .filter(([, count]) => !isCount(count))
        .map(([name, count]) => ({
          field: `condition.${name}`,
          message: `condition.${name} is ${count}, expected 1 to ${MOST_POLLS}`,
        }));
    case 'lost_time': {
      const { lost, within } = condition;
      const field = 'condition.lost_minutes';
      if (!(within > 0 && within <= POLL_REACH)) {
        const field = 'condition.within_hours';
        const message = `${field} is ${within / HOUR}, expected more than 0 and at most ${POLL_REACH / HOUR}`;
        return [{ field, message }];
      }
      if (!(lost > 0)) return [{ field, message: `${field} is ${lost / MINUTE}, expected more than 0` }];
      if (lost <= within) return [];
      const most = `expected at most ${within / MINUTE}: condition.within_hours is ${within / HOUR}`;
      return [{ field, message: `${field} is ${lost / MINUTE}, ${most}` }];
    }
    case 'probability':
      if (condition.down >= LEAST_PROBABILITY && condition.down <= MOST_PROBABILITY) return [];
      return [
        {
          field: 'condition.probability',
          message: `condition.probability is ${condition.down}, expected ${LEAST_PROBABILITY} to ${MOST_PROBABILITY}`,
        },
      ];
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MOST_POLLS;
}
