/** Alert rules as a form has them, as the API takes them, and in words. */

import type { AlertRule, EscalationStep, NewAlertRule } from '../../api/schema.ts';
import { counted } from './format.ts';

/** An escalation step as text that is edited. */
export interface StepDraft {
  /** Minutes. */
  readonly after: string;
  /** The IDs of contact points. */
  readonly points: readonly string[];
  readonly owners: boolean;
}

export interface RuleDraft {
  readonly name: string;
  readonly severity: AlertRule['severity'];
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly condition: AlertRule['condition']['kind'];
  readonly polls: string;
  readonly pollsWithReason: string;
  readonly lostMinutes: string;
  readonly withinHours: string;
  /** Percent. */
  readonly probability: string;
  readonly recovery: string;
  readonly openingGrace: string;
  readonly nearClose: string;
  /** Labels, separated by commas. */
  readonly groupBy: string;
  readonly wait: string;
  readonly interval: string;
  /** Empty: never. */
  readonly repeat: string;
  readonly steps: readonly StepDraft[];
}

export const FIRST_STEP: StepDraft = { after: '0', points: [], owners: false };

/** A new rule, with the defaults of the server. */
export const NEW_RULE: RuleDraft = {
  ...{ name: '', severity: 'page', labels: [], condition: 'inactive_polls', polls: '2', pollsWithReason: '1' },
  ...{ lostMinutes: '30', withinHours: '24', probability: '90', recovery: '1', openingGrace: '15', nearClose: '30' },
  ...{ groupBy: '', wait: '0', interval: '5', repeat: '1440', steps: [FIRST_STEP] },
};

/** The draft of a rule that exists. */
export function draftOfRule(rule: AlertRule): RuleDraft {
  const { condition } = rule;
  return {
    ...NEW_RULE,
    ...{ name: rule.name, severity: rule.severity, labels: Object.entries(rule.labels), condition: condition.kind },
    ...fieldsOf(condition),
    recovery: String(rule.recovery),
    openingGrace: String(rule.opening_grace_minutes),
    nearClose: String(rule.near_close_minutes),
    groupBy: rule.group_by.join(', '),
    wait: String(rule.wait_minutes),
    interval: String(rule.interval_minutes),
    repeat: rule.repeat_minutes === null ? '' : String(rule.repeat_minutes),
    steps: rule.steps.map(({ after_minutes, contact_points, owners }) => ({
      ...{ after: String(after_minutes), points: contact_points, owners },
    })),
  };
}

/** The draft as the API takes it. The server says what it expects of values that make no sense. */
export function bodyOfRule(draft: RuleDraft): NewAlertRule {
  const pairs = draft.labels.map(([key, value]) => [key.trim(), value.trim()] as const);
  const labels = draft.groupBy.split(',').map((label) => label.trim());
  return {
    ...{ name: draft.name.trim(), severity: draft.severity, condition: conditionOf(draft) },
    labels: Object.fromEntries(pairs.filter(([key, value]) => key !== '' || value !== '')),
    recovery: Number(draft.recovery),
    opening_grace_minutes: Number(draft.openingGrace),
    near_close_minutes: Number(draft.nearClose),
    group_by: labels.filter((label) => label !== ''),
    wait_minutes: Number(draft.wait),
    interval_minutes: Number(draft.interval),
    repeat_minutes: draft.repeat === '' ? null : Number(draft.repeat),
    steps: draft.steps.map(({ after, points, owners }) => ({
      ...{ after_minutes: Number(after), contact_points: points, owners },
    })),
  };
}

function fieldsOf(condition: AlertRule['condition']): Partial<RuleDraft> {
  switch (condition.kind) {
    case 'inactive_polls':
      return { polls: String(condition.polls), pollsWithReason: String(condition.polls_with_reason ?? 1) };
    case 'lost_time':
      return { lostMinutes: String(condition.lost_minutes), withinHours: String(condition.within_hours) };
    case 'probability':
      return { probability: percentOf(condition.probability) };
  }
}

/** `0.57` as `57`, without the error of multiplied fractions. */
function percentOf(share: number): string {
  return String(Number((100 * share).toFixed(6)));
}

function conditionOf(draft: RuleDraft): AlertRule['condition'] {
  const { condition: kind, polls, pollsWithReason, lostMinutes, withinHours, probability } = draft;
  switch (kind) {
    case 'inactive_polls':
      return { kind, polls: Number(polls), polls_with_reason: Number(pollsWithReason) };
    case 'lost_time':
      return { kind, lost_minutes: Number(lostMinutes), within_hours: Number(withinHours) };
    case 'probability':
      return { kind, probability: Number(probability) / 100 };
  }
}

/** When a rule finds a store down: `2 inactive checks in a row, 1 with a reason`. */
export function conditionWords(condition: AlertRule['condition']): string {
  if (condition.kind === 'lost_time') {
    return `${condition.lost_minutes} min of open time lost within ${condition.within_hours} h`;
  }
  if (condition.kind === 'probability') return `${percentOf(condition.probability)}% probability of being down`;
  const { polls, polls_with_reason: withReason = 1 } = condition;
  const row = `${counted(polls, 'inactive check')}${polls === 1 ? '' : ' in a row'}`;
  return withReason === polls ? row : `${row}, ${withReason} with a reason`;
}

/** The stores of a rule: `city: Oslo, brand: Noodle House`. */
export function ruleStoresWords(labels: AlertRule['labels']): string {
  const words = Object.entries(labels).map(([key, value]) => `${key}: ${value}`);
  return words.length === 0 ? 'All stores' : words.join(', ');
}

/** Whom a step tells, and when: `At once: Kitchen, store owners`. */
export function stepWords(
  { after_minutes, contact_points, owners }: EscalationStep,
  nameOf: (id: string) => string,
): string {
  const when = after_minutes === 0 ? 'At once' : `After ${after_minutes} min`;
  return `${when}: ${[...contact_points.map(nameOf), ...(owners ? ['store owners'] : [])].join(', ')}`;
}
