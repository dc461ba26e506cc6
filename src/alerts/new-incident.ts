import { createHash } from 'node:crypto';
import type { IncidentRecord } from '../storage/ports/alerts.ts';

/** What is true of every incident when it opens. */
export const NEW_INCIDENT = {
  ...{ label: undefined, value: undefined, firstPoll: undefined, openedBy: undefined, resolvedAt: undefined },
  ...{
    upAt: undefined,
    resolution: undefined,
    settledThrough: undefined,
    parentId: undefined,
    outageId: undefined,
    afterPlanned: false,
  },
  ...{ said: 'nothing', saidAt: undefined, told: [], step: 0, acknowledgedAt: undefined },
  ...{ acknowledgedBy: undefined, acknowledgement: undefined, snoozedUntil: undefined, assigneeId: undefined },
  version: 1,
} as const satisfies Partial<IncidentRecord>;

/** The id of the group of a rule whose stores have the same values, as `groupKey` of the kernel has them. */
export function groupIdOf(ruleId: string, key: string): string {
  return createHash('sha256').update(`${ruleId} ${key}`).digest('hex').slice(0, 32);
}
