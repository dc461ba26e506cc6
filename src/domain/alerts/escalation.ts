import { MINUTE } from '../hours.ts';
import type { RuleFault } from './rule.ts';

/** Who is notified about an incident, and when. */
export interface EscalationStep {
  /** Milliseconds after the incident opened; 0 in the first step. */
  readonly after: number;
  readonly contactPoints: readonly string[];
  /** Also the contact points of the users whose store it is. */
  readonly owners: boolean;
}

/** An incident, as its escalation sees it. Instants in milliseconds. */
export interface Escalating {
  readonly openedAt: number;
  readonly resolvedAt: number | undefined;
  readonly acknowledgedAt: number | undefined;
  readonly snoozedUntil: number | undefined;
  /** How many steps were taken. The first is the message that the incident opened. */
  readonly step: number;
}

/** How many steps of an incident are due at `now`, including those that were taken. */
export function stepsDue(steps: readonly EscalationStep[], incident: Escalating, now: number): number {
  let due = incident.step;
  while (nextStepAt(steps, { ...incident, step: due }) <= now) due++;
  return due;
}

/**
 * When the next step of an incident is due; infinite: never. The message that it opened comes first, and belongs to its
 * group.
 */
export function nextStepAt(steps: readonly EscalationStep[], incident: Escalating): number {
  const { openedAt, resolvedAt, acknowledgedAt, snoozedUntil = Number.NEGATIVE_INFINITY, step } = incident;
  const next = steps[step];
  if (step === 0 || next === undefined || resolvedAt !== undefined || acknowledgedAt !== undefined) {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(openedAt + next.after, snoozedUntil);
}

/** Why steps make no sense: one sentence for each fault, which names the value. */
export function stepFaults(steps: readonly EscalationStep[]): RuleFault[] {
  const faults: RuleFault[] = [];
  const add = (field: string, message: string) => faults.push({ field, message });
  if (steps.length === 0) add('steps', 'steps is empty, expected at least one step: nobody would be notified');
  for (const [i, { after, contactPoints, owners }] of steps.entries()) {
    const before = steps[i - 1]?.after;
    const minutes = `steps.${i}.after_minutes is ${after / MINUTE}`;
    if (i === 0 && after !== 0) {
      add('steps.0.after_minutes', `${minutes}, expected 0: the first step is notified when an incident opens`);
    } else if (before !== undefined && !(after > before)) {
      add(`steps.${i}.after_minutes`, `${minutes}, expected more than the ${before / MINUTE} before it`);
    }
    if (contactPoints.length === 0 && !owners) {
      add(
        `steps.${i}.contact_points`,
        `steps.${i}.contact_points is empty and owners is false, expected one of them: the step would notify nobody`,
      );
    }
  }
  return faults;
}
