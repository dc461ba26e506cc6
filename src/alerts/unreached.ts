import type { EscalationStep } from '../domain/alerts/escalation.ts';
import { counted } from '../lib/text.ts';
import type { AlertChanges, AlertRuleRecord } from '../storage/ports/alerts.ts';
import type { Storage } from '../storage/ports/storage.ts';

/** A contact point of a step that gets no messages. */
export interface Unreached {
  /** The position of the step. */
  readonly step: number;
  /** In words, beginning with the contact point: `"Kitchen", which is disabled`. */
  readonly words: string;
}

/** The contact points of steps that get no messages: those that are gone or disabled, and those of disabled users. */
export async function unreachedBy(
  { accounts, contactPoints: points }: Pick<AlertChanges, 'accounts' | 'contactPoints'>,
  steps: readonly EscalationStep[],
): Promise<Unreached[]> {
  const found: Unreached[] = [];
  for (const [step, { contactPoints }] of steps.entries()) {
    for (const id of contactPoints) {
      const point = await points.contactPoint(id);
      const user = point?.userId === undefined ? undefined : await accounts.user(point.userId);
      if (point === undefined) found.push({ step, words: `"${id}", which does not exist` });
      else if (!point.enabled) found.push({ step, words: `"${point.name}", which is disabled` });
      else if (user?.disabled) found.push({ step, words: `"${point.name}", of ${user.login}, who is disabled` });
    }
  }
  return found;
}

/** Whether none of the steps reaches anybody. */
export function reachesNobody(steps: readonly EscalationStep[], unreached: readonly Unreached[]): boolean {
  return steps.every(
    ({ owners, contactPoints }, i) =>
      !owners && contactPoints.length === unreached.filter(({ step }) => step === i).length,
  );
}

/** What is wrong with whom a rule notifies, as sentences; empty for one that is disabled. */
export async function reachProblems(
  parts: Pick<AlertChanges, 'accounts' | 'contactPoints'>,
  { enabled, steps }: AlertRuleRecord,
): Promise<string[]> {
  if (!enabled) return [];
  const unreached = await unreachedBy(parts, steps);
  const problems = unreached.map(({ words }) => `it does not reach ${words}`);
  return reachesNobody(steps, unreached) ? ['it notifies nobody', ...problems] : problems;
}

/** A warning, without names, if enabled rules notify nobody. */
export async function silentRules({
  accounts,
  alerts,
  contactPoints,
}: Pick<Storage, 'accounts' | 'alerts' | 'contactPoints'>): Promise<string[]> {
  let silent = 0;
  for (const { enabled, steps } of await alerts.rules()) {
    if (enabled && reachesNobody(steps, await unreachedBy({ accounts, contactPoints }, steps))) silent++;
  }
  if (silent === 0) return [];
  return [`${counted(silent, 'enabled alert rule notifies', 'enabled alert rules notify')} nobody`];
}
