import { ALERT_RULES } from '../../../src/storage/sql/alert-records.ts';
import type { View } from './data.ts';

/** The names of the alert rules with a step that names one of these contact points, oldest rule first. */
export function rulesNaming(view: View, contactPointIds: readonly string[]): string[] {
  return [...view.table('alert_rules').values()]
    .map((row) => ALERT_RULES.recordOf({ ...row }))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    .filter(({ steps }) => steps.some(({ contactPoints }) => contactPointIds.some((id) => contactPoints.includes(id))))
    .map(({ name }) => name);
}
