import type { Sql } from '../../lib/sql.ts';
import { ALERT_RULES } from './alert-records.ts';

/**
 * The names of the alert rules with a step that names one of these contact points, in the order in which they were
 * created.
 */
export async function rulesNaming(sql: Sql, contactPointIds: readonly string[]): Promise<string[]> {
  if (contactPointIds.length === 0) return [];
  const rows = await sql.rows('select * from alert_rules order by created_ms, rule_id');
  return rows
    .map((row) => ALERT_RULES.recordOf(row))
    .filter(({ steps }) => steps.some(({ contactPoints }) => contactPointIds.some((id) => contactPoints.includes(id))))
    .map(({ name }) => name);
}
