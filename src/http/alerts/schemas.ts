import { type Static, Type } from 'typebox';
import type { PresentStore } from '../../alerts/incidents.ts';
import type { GivenRule } from '../../alerts/rules.ts';
import { beganEarlier } from '../../alerts/store-incidents.ts';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { SEVERITIES } from '../../domain/alerts/facts.ts';
import { DEFAULT_GROUPING } from '../../domain/alerts/grouping.ts';
import { type Condition, DEFAULT_RULE } from '../../domain/alerts/rule.ts';
import { HOUR, MINUTE } from '../../domain/hours.ts';
import type { AlertRuleRecord, IncidentEventRecord, IncidentRecord, MemberCount } from '../../storage/ports/alerts.ts';
import { Id } from '../accounts/schemas.ts';
import { Instant, Nullable, OneOf, readOnly, StoreId } from '../schemas.ts';
import {
  GivenLabels,
  Labels,
  PlannedUntil,
  PollReason,
  reasonBody,
  timeOrNull,
  zoneOf,
} from '../stores/store-schemas.ts';

export const RulePath = Type.Object({ rule_id: Id });
export const IncidentPath = Type.Object({ incident_id: Id });

const Minutes = (description: string, example: number) =>
  Type.Number({ minimum: 0, maximum: 100_000, description, examples: [example] });
const Label = Type.String({ maxLength: 200 });

const ConditionSchema = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('inactive_polls'),
        polls: Type.Integer({ description: 'inactive polls in a row, 1 to 100', examples: [2] }),
        polls_with_reason: Type.Optional(
          Type.Integer({
            default: 1,
            description: 'this many are enough if the platform says why the store is inactive',
            examples: [1],
          }),
        ),
      },
      { additionalProperties: false, title: 'InactivePolls' },
    ),
    Type.Object(
      {
        kind: Type.Literal('lost_time'),
        lost_minutes: Minutes('open time lost', 60),
        within_hours: Type.Number({ minimum: 0, description: 'the length of the window, at most 192', examples: [24] }),
      },
      { additionalProperties: false, title: 'LostTime' },
    ),
    Type.Object(
      {
        kind: Type.Literal('probability'),
        probability: Type.Number({
          description: 'the store is down with at least this probability, 0.5 to 0.95',
          examples: [0.9],
        }),
      },
      { additionalProperties: false, title: 'ProbabilityDown' },
    ),
  ],
  { description: 'when a store counts as down; in all cases, its last poll is inactive' },
);

const Step = Type.Object(
  {
    after_minutes: Minutes('minutes after the incident opened, unless it is acknowledged; 0 in the first step', 0),
    contact_points: Type.Array(Id, { maxItems: 50 }),
    owners: Type.Boolean({ description: 'also notify the owners of the store' }),
  },
  { additionalProperties: false, title: 'EscalationStep' },
);

const GivenStep = Type.Object(
  { ...Step.properties, owners: Type.Optional({ ...Step.properties.owners, default: false }) },
  { additionalProperties: false, title: 'NewEscalationStep' },
);

const STEPS = { maxItems: 10, description: 'who is notified, and when' };

const RULE_FIELDS = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  enabled: Type.Boolean(),
  severity: OneOf(SEVERITIES, '`page` may ignore quiet hours, `notice` never does'),
  labels: { ...GivenLabels, description: 'the labels that a store must have, all of them; none: every store' },
  condition: ConditionSchema,
  recovery: Type.Integer({ description: 'active polls in a row that end an incident, 1 to 100' }),
  opening_grace_minutes: Minutes('how long after opening a store may still be down without an alert', 15),
  near_close_minutes: Minutes('a store that closes within this time does not open an incident', 30),
  group_by: Type.Array(Label, {
    maxItems: 10,
    description: 'label keys: stores with the same values share messages; empty: all stores of the rule do',
  }),
  wait_minutes: Minutes('how long a new incident waits, so that others of its group share its message', 0),
  interval_minutes: Minutes('the shortest time between two messages of a group; escalations do not wait for it', 5),
  repeat_minutes: Nullable(
    Minutes('the time between reminders of an open incident that nobody has acknowledged; null: no reminders', 1_440),
  ),
  steps: Type.Array(Step, STEPS),
};
const GIVEN_FIELDS = { ...RULE_FIELDS, steps: Type.Array(GivenStep, STEPS) };

export const NewAlertRule = Type.Object(
  {
    ...GIVEN_FIELDS,
    enabled: Type.Optional(RULE_FIELDS.enabled),
    severity: Type.Optional(RULE_FIELDS.severity),
    labels: Type.Optional(RULE_FIELDS.labels),
    condition: Type.Optional(RULE_FIELDS.condition),
    recovery: Type.Optional(RULE_FIELDS.recovery),
    opening_grace_minutes: Type.Optional(RULE_FIELDS.opening_grace_minutes),
    near_close_minutes: Type.Optional(RULE_FIELDS.near_close_minutes),
    group_by: Type.Optional(RULE_FIELDS.group_by),
    wait_minutes: Type.Optional(RULE_FIELDS.wait_minutes),
    interval_minutes: Type.Optional(RULE_FIELDS.interval_minutes),
    repeat_minutes: Type.Optional(RULE_FIELDS.repeat_minutes),
  },
  { additionalProperties: false, title: 'NewAlertRule' },
);

export const AlertRuleChange = Type.Partial(
  Type.Object({ ...GIVEN_FIELDS, rule_id: Id, ...readOnly('problems', 'created_at') }),
  {
    additionalProperties: false,
    title: 'AlertRuleChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

export const AlertRuleSchema = Type.Object(
  {
    rule_id: Id,
    ...RULE_FIELDS,
    problems: Type.Array(Type.String(), {
      description: 'what is wrong with whom it notifies now, such as a contact point that was disabled',
    }),
    created_at: Instant,
  },
  { title: 'AlertRule' },
);

export type RuleFields = Static<typeof AlertRuleChange>;

/** A rule with what is given in place of the rest of it. */
export function ruleFrom(given: RuleFields, before: GivenRule = DEFAULTS): GivenRule {
  const minutes = (value: number | undefined, usual: number) => (value === undefined ? usual : value * MINUTE);
  const { rule, grouping } = before;
  return {
    name: given.name ?? before.name,
    enabled: given.enabled ?? before.enabled,
    severity: given.severity ?? before.severity,
    labels: given.labels ?? before.labels,
    rule: {
      condition: given.condition === undefined ? rule.condition : conditionFrom(given.condition),
      recovery: given.recovery ?? rule.recovery,
      openingGrace: minutes(given.opening_grace_minutes, rule.openingGrace),
      nearClose: minutes(given.near_close_minutes, rule.nearClose),
    },
    grouping: {
      by: given.group_by ?? grouping.by,
      wait: minutes(given.wait_minutes, grouping.wait),
      interval: minutes(given.interval_minutes, grouping.interval),
      repeat:
        given.repeat_minutes === undefined
          ? grouping.repeat
          : given.repeat_minutes === null
            ? undefined
            : given.repeat_minutes * MINUTE,
    },
    steps:
      given.steps === undefined
        ? before.steps
        : given.steps.map(({ after_minutes, contact_points, owners = false }) => ({
            after: after_minutes * MINUTE,
            contactPoints: contact_points,
            owners,
          })),
  };
}

const DEFAULTS: GivenRule = {
  ...{
    name: '',
    enabled: true,
    severity: 'page',
    labels: {},
    rule: DEFAULT_RULE,
    grouping: DEFAULT_GROUPING,
    steps: [],
  },
};

function conditionFrom(given: NonNullable<RuleFields['condition']>): Condition {
  if (given.kind === 'inactive_polls') {
    return { kind: given.kind, polls: given.polls, withReason: given.polls_with_reason ?? 1 };
  }
  if (given.kind === 'probability') return { kind: given.kind, down: given.probability };
  return { kind: given.kind, lost: given.lost_minutes * MINUTE, within: given.within_hours * HOUR };
}

/** @param problems of the rule, as sentences */
export function ruleResource(record: AlertRuleRecord, problems: string[]): Static<typeof AlertRuleSchema> {
  const { id, name, enabled, severity, labels, rule, grouping, steps, createdAt } = record;
  return {
    ...{ rule_id: id, name, enabled, severity, labels: { ...labels }, condition: conditionResource(rule.condition) },
    ...{ recovery: rule.recovery, opening_grace_minutes: rule.openingGrace / MINUTE },
    ...{
      near_close_minutes: rule.nearClose / MINUTE,
      group_by: [...grouping.by],
      wait_minutes: grouping.wait / MINUTE,
    },
    interval_minutes: grouping.interval / MINUTE,
    repeat_minutes: grouping.repeat === undefined ? null : grouping.repeat / MINUTE,
    steps: steps.map(({ after, contactPoints, owners }) => ({
      ...{ after_minutes: after / MINUTE, contact_points: [...contactPoints], owners },
    })),
    problems,
    created_at: formatInstant(createdAt),
  };
}

function conditionResource(condition: Condition): Static<typeof ConditionSchema> {
  if (condition.kind === 'lost_time') {
    return { kind: 'lost_time', lost_minutes: condition.lost / MINUTE, within_hours: condition.within / HOUR };
  }
  if (condition.kind === 'inactive_polls') {
    return { kind: 'inactive_polls', polls: condition.polls, polls_with_reason: condition.withReason };
  }
  return { kind: 'probability', probability: condition.down };
}

export const INCIDENT_KINDS = ['down', 'did_not_open', 'mass_outage', 'blind'] as const;

const INCIDENT_FIELDS = {
  incident_id: Id,
  rule_id: Nullable(Id),
  rule: Type.String({ description: 'the name of the rule when the incident opened' }),
  severity: OneOf(SEVERITIES),
  kind: OneOf(
    INCIDENT_KINDS,
    '`mass_outage`: unusually many stores with a label value are down; `blind`: the monitor cannot observe stores',
  ),
  store_id: Nullable(StoreId),
  store_name: Nullable(Type.String({ description: 'the current name of the store' })),
  labels: { ...Labels, description: 'the current labels of the store' } as typeof Labels,
  planned_until: PlannedUntil,
  reason: Nullable({
    ...PollReason,
    description: 'of the last poll; null: unknown, or the incident is resolved',
  } as typeof PollReason),
  label: Nullable(Type.String({ description: 'of a mass outage; empty: all stores of the rule' })),
  value: Nullable(Type.String()),
  since: { ...Instant, description: 'when the store went down' } as typeof Instant,
  began_earlier: Type.Boolean({
    description: 'the earliest known poll of the store was inactive: it may have been down before `since`',
  }),
  opened_at: Instant,
  up_at: Nullable(Instant),
  resolved_at: Nullable(Instant),
  resolution: Nullable(OneOf(['recovered', 'dropped'], '`dropped`: its rule or its store is gone')),
  mass_outage_id: Nullable({ ...Id, description: 'the last mass outage that it was part of' } as typeof Id),
  members: Nullable(
    Type.Object(
      {
        stores: Type.Integer({ description: 'stores that you can see that were part of it' }),
        open: Type.Integer({ description: 'of these, those that are down' }),
      },
      { title: 'MassOutageMembers', description: 'of a mass outage; null: any other incident' },
    ),
  ),
  told: Type.Boolean({ description: 'whether anybody was notified' }),
  acknowledged_at: Nullable(Instant),
  acknowledged_by: Nullable(Type.String()),
  acknowledgement: Nullable(Type.String({ description: 'the reason' })),
  snoozed_until: Nullable(Instant),
  assignee_id: Nullable(Id),
};

export const Incident = Type.Object(INCIDENT_FIELDS, { title: 'Incident' });

const IncidentEvent = Type.Object(
  {
    at: Instant,
    kind: OneOf([
      ...(['opened', 'resolved', 'joined', 'left', 'told', 'escalated'] as const),
      ...(['acknowledged', 'snoozed', 'assigned', 'commented'] as const),
    ]),
    actor: Nullable(Type.String({ description: 'null: the program' })),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: 'IncidentEvent' },
);

export const IncidentDetail = Type.Object(
  { ...INCIDENT_FIELDS, events: Type.Array(IncidentEvent, { description: 'earliest first' }) },
  { title: 'IncidentDetail' },
);

/**
 * @param store its store; `undefined`: it has none, or the store was deleted
 * @param members of a mass outage; `undefined`: none is visible
 */
export function incidentResource(
  record: IncidentRecord,
  store: PresentStore | undefined,
  members: MemberCount | undefined,
): Static<typeof Incident> {
  const plannedUntil = record.resolvedAt === undefined ? store?.state.plannedUntil : undefined;
  return {
    members: record.kind === 'mass_outage' ? { stores: members?.stores ?? 0, open: members?.open ?? 0 } : null,
    began_earlier: beganEarlier(record),
    ...{ incident_id: record.id, rule_id: record.ruleId ?? null, rule: record.ruleName, severity: record.severity },
    ...{
      kind: record.kind,
      store_id: record.storeId ?? null,
      store_name: store?.entry.name ?? null,
      labels: store?.entry.labels ?? {},
      planned_until: store === undefined ? null : timeOrNull(plannedUntil, zoneOf(store.entry)),
      reason: record.resolvedAt === undefined ? reasonBody(store?.state.lastPoll?.reason) : null,
      label: record.label ?? null,
      value: record.value ?? null,
    },
    ...{ since: formatInstant(record.since), opened_at: formatInstant(record.openedAt) },
    ...{ up_at: instantOrNull(record.upAt), resolved_at: instantOrNull(record.resolvedAt) },
    ...{ resolution: record.resolution ?? null, mass_outage_id: record.outageId ?? null, told: record.told.length > 0 },
    ...{ acknowledged_at: instantOrNull(record.acknowledgedAt), acknowledged_by: record.acknowledgedBy ?? null },
    ...{ acknowledgement: record.acknowledgement ?? null, snoozed_until: instantOrNull(record.snoozedUntil) },
    assignee_id: record.assigneeId ?? null,
  };
}

export function eventResource({ at, kind, actor, detail }: IncidentEventRecord): Static<typeof IncidentEvent> {
  return { at: formatInstant(at), kind, actor: actor ?? null, detail: { ...detail } };
}

const EVENT_ORDER = ['opened', 'joined', 'left', 'resolved', 'told', 'escalated'];

/** Events in the order of their instants; those of one evaluation as one follows from the other. */
export function inOrder(events: readonly IncidentEventRecord[]): IncidentEventRecord[] {
  const rank = ({ kind }: IncidentEventRecord) => EVENT_ORDER.indexOf(kind);
  return events.toSorted((a, b) => a.at - b.at || rank(a) - rank(b));
}
