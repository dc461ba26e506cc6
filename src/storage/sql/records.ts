import { UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import { RECORD_KEYS, RECORD_TABLES, type RecordTable } from '../ports/records.ts';

/** What the target of a copy must not have of its own: it is not merged. */
const NOT_MERGED = ['users', 'reports', 'imports'] as const;

/** A query for all rows of a table in the order of their keys, each value as text, and the columns of its result. */
export async function recordsQuery(sql: Sql, table: RecordTable): Promise<{ columns: string[]; query: string }> {
  const columns = await columnsOf(sql, table);
  const values = columns.map((column) => `${column}::varchar as ${column}`);
  return { columns, query: `select ${values.join(', ')} from ${table} order by ${RECORD_KEYS[table].join(', ')}` };
}

/** The columns of a table, in their order. */
async function columnsOf(sql: Sql, table: RecordTable): Promise<string[]> {
  const rows = await sql.rows(
    `select column_name from information_schema.columns
     where table_name = $table and table_schema = current_schema() order by ordinal_position`,
    { table },
  );
  return rows.map((row) => String(row.column_name));
}

/** The name under which the rows of a table are staged. */
export function stagedName(table: RecordTable): string {
  return `copied_${table}`;
}

/**
 * Makes the record tables equal to the staged ones, all of which exist.
 *
 * @throws UserError `conflict` when the target has users, reports or imports that are not staged
 */
export async function takeRecords(sql: Sql): Promise<void> {
  for (const table of NOT_MERGED) await refuseOwn(sql, table);
  let changed = 0;
  for (const table of [...RECORD_TABLES].reverse()) {
    changed += await sql.run(
      `delete from ${table} t where not exists (select 1 from ${stagedName(table)} c where ${same(RECORD_KEYS[table])})`,
    );
  }
  for (const table of RECORD_TABLES) {
    const key = RECORD_KEYS[table];
    const columns = await columnsOf(sql, table);
    const values = columns.filter((column) => !key.includes(column));
    if (values.length > 0) {
      const differs = values.map((column) => `t.${column} is distinct from c.${column}`).join(' or ');
      changed += await sql.run(
        `update ${table} t set ${values.map((column) => `${column} = c.${column}`).join(', ')}
         from ${stagedName(table)} c where ${same(key)} and (${differs})`,
      );
    }
    changed += await sql.run(
      `insert into ${table} (${columns.join(', ')}) select ${columns.join(', ')} from ${stagedName(table)} c
       where not exists (select 1 from ${table} t where ${same(key)})`,
    );
  }
  if (changed === 0) return;
  for (const table of ['account_revision', 'alert_revision']) await sql.run(`update ${table} set number = number + 1`);
}

async function refuseOwn(sql: Sql, table: RecordTable): Promise<void> {
  const key = RECORD_KEYS[table];
  const { own, example } = await sql.row(
    `select count(*) as own, min(t.${key[0]}) as example from ${table} t
     where not exists (select 1 from ${stagedName(table)} c where ${same(key)})`,
  );
  if (Number(own) === 0) return;
  throw new UserError(
    'conflict',
    `the target has ${own} ${table} that the source does not have, such as ${example}. A copy brings all ${table} and ` +
      'merges none: choose an empty database',
  );
}

function same(key: readonly string[]): string {
  return key.map((column) => `t.${column} = c.${column}`).join(' and ');
}
