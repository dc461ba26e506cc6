import { DEFAULT_GROUPING } from '../../src/domain/alerts/grouping.ts';
import { DEFAULT_RULE } from '../../src/domain/alerts/rule.ts';
import type { AlertRuleRecord, IncidentEventRecord, IncidentRecord } from '../../src/storage/ports/alerts.ts';

/** An alert rule for all stores that tells the contact point `team`. */
export function ruleRecord(id: string, change: Partial<AlertRuleRecord> = {}): AlertRuleRecord {
  return {
    ...{ id, name: 'Down', enabled: true, severity: 'page', labels: {}, rule: DEFAULT_RULE },
    grouping: DEFAULT_GROUPING,
    steps: [{ after: 0, contactPoints: ['team'], owners: false }],
    ...{ version: 1, createdAt: 0 },
    ...change,
  };
}

/** An incident of the rule `r` that has just opened. */
export function incidentRecord(id: string, change: Partial<IncidentRecord> = {}): IncidentRecord {
  return {
    ...{ id, ruleId: 'r', ruleName: 'Down', severity: 'page', storeId: 'a', kind: 'down' },
    ...{ label: undefined, value: undefined, since: 1_000, firstPoll: 2_000, openedBy: 3_000, openedAt: 4_000 },
    ...{ resolvedAt: undefined, upAt: undefined, resolution: undefined, settledThrough: undefined },
    ...{
      parentId: undefined,
      outageId: undefined,
      groupId: 'g',
      afterPlanned: false,
      said: 'nothing',
      saidAt: undefined,
    },
    ...{ told: [], step: 0, acknowledgedAt: undefined, acknowledgedBy: undefined },
    ...{ acknowledgement: undefined, snoozedUntil: undefined, assigneeId: undefined, version: 1 },
    ...change,
  };
}

export function eventRecord(id: string, change: Partial<IncidentEventRecord> = {}): IncidentEventRecord {
  return {
    ...{ id, incidentId: 'i', at: 4_000, kind: 'opened', actorId: undefined, actor: undefined, detail: {} },
    ...change,
  };
}
