import type { Sql } from '../../lib/sql.ts';
import type { DatabaseContents } from '../ports/contents.ts';
import { RECORD_TABLES } from '../ports/records.ts';

const TABLES = ['stores', 'business_hours', 'special_hours', 'zone_changes', 'polls', 'sales', ...RECORD_TABLES];

/**
 * Counts the rows of every table that a backup brings.
 *
 * @param countPolls counts the polls, if they are not in this database
 */
export async function readContents(sql: Sql, countPolls?: () => Promise<number>): Promise<DatabaseContents> {
  const { version } = await sql.row('select max(version) as version from schema_migrations');
  const { id } = await sql.row('select id from generation');
  const rows: Record<string, number> = {};
  for (const table of TABLES) {
    const elsewhere = table === 'polls' ? countPolls : undefined;
    rows[table] = elsewhere ? await elsewhere() : Number((await sql.row(`select count(*) as rows from ${table}`)).rows);
  }
  return { schemaVersion: Number(version), generation: String(id), rows };
}
