import type { Sql } from '../../lib/sql.ts';
import { instant } from './instant.ts';
import { nameOf, weekOf } from './weeks.ts';

/** Holds the polls of all weeks that have no partition of their own. */
export const SHARED_PARTITION = 'polls_rest';

/** Within an import, holds the tables of new weeks that are no partitions of `polls` yet. */
export const NEW_POLLS = 'new_polls';

/** The names of the partitions that hold a week each. */
export async function partitions(sql: Sql): Promise<Set<string>> {
  const rows = await sql.rows(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'polls'::regclass and c.relname <> '${SHARED_PARTITION}'`,
  );
  return new Set(rows.map(({ name }) => String(name)));
}

/**
 * Creates the partition of the week that begins on a Monday, and moves the polls of that week out of the shared one.
 * Readers of the shared partition hold this up, and wait for its commit.
 */
export async function createPartition(sql: Sql, monday: number): Promise<void> {
  const name = nameOf(monday);
  const inShared = `${SHARED_PARTITION} where ${weekOf(monday).condition}`;
  await sql.run(`create table ${name} (like polls)`);
  await sql.run(`with moved as (delete from ${inShared} returning *) insert into ${name} select * from moved`);
  await completePartition(sql, monday);
  await attachPartition(sql, monday);
}

/**
 * Creates the tables of the weeks that begin on these Mondays, as partitions of `new_polls`; `fill` copies polls, in any
 * order and also of other weeks without a partition, into the table that it is given. There must be no polls of these
 * weeks. Indexes are built after the polls are in, and nobody who reads `polls` notices.
 *
 * @param isFirst whether the import calls it for the first time
 * @returns how many polls of other weeks went to `polls`
 */
export async function fillTables(
  sql: Sql,
  mondays: readonly number[],
  { isFirst, fill }: { readonly isFirst: boolean; readonly fill: (table: string) => Promise<void> },
): Promise<number> {
  if (isFirst) await sql.run(`create table ${NEW_POLLS} (like polls) partition by range (instant)`);
  for (const monday of mondays) {
    await sql.run(`create table ${nameOf(monday)} partition of ${NEW_POLLS} ${weekOf(monday).bounds}`);
  }
  await sql.run(`create table new_polls_rest partition of ${NEW_POLLS} default`);
  await fill(NEW_POLLS);
  for (const monday of mondays) await completePartition(sql, monday);
  const shared = await sql.run('insert into polls select * from new_polls_rest');
  await sql.run('drop table new_polls_rest');
  return shared;
}

/**
 * Makes tables from `fillTables` partitions of `polls`. Readers of `polls` go on, but those of the shared partition, which
 * nearly all of them read, hold this up, and wait for its commit.
 */
export async function attachTables(sql: Sql, mondays: readonly number[]): Promise<void> {
  for (const monday of mondays) {
    await sql.run(`alter table ${NEW_POLLS} detach partition ${nameOf(monday)}`);
    await attachPartition(sql, monday);
  }
  await sql.run(`drop table ${NEW_POLLS}`);
}

/** Moves the polls of tables from `fillTables` to the shared partition. Readers neither wait nor hold this up. */
export async function shareInstead(sql: Sql): Promise<void> {
  await sql.run(`insert into polls select * from ${NEW_POLLS}`);
  await sql.run(`drop table ${NEW_POLLS}`);
}

async function attachPartition(sql: Sql, monday: number): Promise<void> {
  const name = nameOf(monday);
  await sql.run(`alter table polls attach partition ${name} ${weekOf(monday).bounds}`);
  await sql.run(`alter table ${name} drop constraint ${name}_week`);
}

/** Gives a table what it needs to be attached without being read: the key, and a constraint that says which week it is. */
async function completePartition(sql: Sql, monday: number): Promise<void> {
  const name = nameOf(monday);
  await sql.run(`
    alter table ${name} add primary key (store_key, instant),
      add constraint ${name}_week check (${weekOf(monday).condition})`);
}

/** Drops at most `limit` of the partitions before a Monday; returns how many. Readers of `polls` hold this up. */
export async function dropPartitionsBefore(sql: Sql, monday: number, limit: number): Promise<number> {
  const before = [...(await partitions(sql))].filter((name) => name < nameOf(monday)).sort();
  const dropped = before.slice(0, limit);
  if (dropped.length > 0) await sql.run(`drop table ${dropped.join(', ')}`);
  return dropped.length;
}

/** Deletes at most `limit` polls before an instant from the shared partition; returns how many. */
export function deleteSharedBefore(sql: Sql, before: number, limit: number): Promise<number> {
  return sql.run(`
    delete from ${SHARED_PARTITION}
    where ctid = any(array(select ctid from ${SHARED_PARTITION} where instant < ${instant(before)} order by instant limit ${limit}))`);
}
