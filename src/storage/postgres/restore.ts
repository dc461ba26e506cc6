import { UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import { newId } from '../../lib/world/random.ts';
import { RECORD_TABLES } from '../ports/records.ts';
import type { PollWriter } from './poll-log.ts';

const TABLES = [
  'stores',
  'business_hours',
  'special_hours',
  'zone_changes',
  'sales',
  'report_results',
  ...RECORD_TABLES,
];

/**
 * Empties the database within the transaction, and makes it another generation: servers that run on it notice.
 *
 * @throws UserError `conflict` when there is data and it is not to be replaced
 */
export async function emptyFor(sql: Sql, replace: boolean, polls: PollWriter): Promise<void> {
  for (const table of replace ? [] : TABLES) {
    // A server that has started once leaves a secret behind.
    if (table === 'server_secrets') continue;
    const [found] = await sql.rows(`select 1 from ${table} limit 1`);
    if (found === undefined) continue;
    throw alreadyHas(table);
  }
  if (!replace && (await polls.latest()) !== undefined) throw alreadyHas('polls');
  await polls.clear();
  await sql.run(`truncate ${TABLES.join(', ')}`);
  // Their responses refer to deleted data.
  await sql.run('truncate idempotency_keys');
  await sql.run('update revision set latest_poll_ms = null');
  await sql.run('update generation set id = $id', { id: newId() });
  for (const table of ['account_revision', 'alert_revision']) await sql.run(`update ${table} set number = number + 1`);
}

function alreadyHas(table: string): UserError {
  return new UserError('conflict', `the database already has ${table}; use --replace to overwrite everything`);
}
