import { DAY } from '../../domain/hours.ts';
import type { Sql } from '../../sql.ts';
import { instant } from './snapshot.ts';

const WEEK = 7 * DAY;
/** The Monday before 1970-01-01, a Thursday. */
const FIRST_MONDAY = -3 * DAY;

/** The Monday 00:00 UTC at or before an instant. */
export function mondayOf(milliseconds: number): number {
  return Math.floor((milliseconds - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
}

/** Those of the weeks that begin at these Mondays which have no partition yet. */
export async function missingPartitions(sql: Sql, mondays: readonly number[]): Promise<number[]> {
  const there = new Set(await partitions(sql));
  return mondays.filter((monday) => !there.has(nameOf(monday)));
}

/** Makes the partitions of the weeks that begin at these Mondays, empty. */
export async function addPartitions(sql: Sql, mondays: readonly number[]): Promise<void> {
  for (const monday of mondays) {
    await sql.run(`create table ${nameOf(monday)} partition of polls ${boundsOf(monday)}`);
  }
}

/**
 * Makes the partitions of the weeks that begin at these Mondays; `fill` copies their polls, in any order, into the
 * table that it is given. The index is built when they are in, and others can read `polls` meanwhile.
 */
export async function addFilledPartitions(
  sql: Sql,
  mondays: readonly number[],
  fill: (table: string) => Promise<void>,
): Promise<void> {
  await sql.run('create table new_polls (like polls) partition by range (instant)');
  for (const monday of mondays) {
    await sql.run(`create table ${nameOf(monday)} partition of new_polls ${boundsOf(monday)}`);
  }
  await fill('new_polls');
  for (const monday of mondays) {
    const name = nameOf(monday);
    await sql.run(`alter table new_polls detach partition ${name}`);
    await sql.run(`alter table ${name} add primary key (store_key, instant)`);
    await sql.run(`alter table polls attach partition ${name} ${boundsOf(monday)}`);
  }
  await sql.run('drop table new_polls');
}

/** Drops the partitions that lie before an instant as a whole; returns the instant before which nothing is left. */
export async function dropPartitionsBefore(sql: Sql, before: number): Promise<number> {
  const keep = mondayOf(before);
  for (const name of await partitions(sql)) if (name < nameOf(keep)) await sql.run(`drop table ${name}`);
  return keep;
}

async function partitions(sql: Sql): Promise<string[]> {
  const rows = await sql.rows(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'polls'::regclass`,
  );
  return rows.map(({ name }) => String(name));
}

function boundsOf(monday: number): string {
  return `for values from (${instant(monday)}) to (${instant(monday + WEEK)})`;
}

/** `polls_20230116`, so that names sort as the weeks do. */
function nameOf(monday: number): string {
  return `polls_${new Date(monday).toISOString().slice(0, 10).replaceAll('-', '')}`;
}
