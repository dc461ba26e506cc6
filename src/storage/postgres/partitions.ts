import type { Sql } from '../sql.ts';
import { instant } from './snapshot.ts';

const WEEK = 7 * 86_400_000;
/** The Monday before 1970-01-01, a Thursday. */
const FIRST_MONDAY = -3 * 86_400_000;

/** The Monday 00:00 UTC at or before an instant. */
export function mondayOf(milliseconds: number): number {
  return Math.floor((milliseconds - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
}

/** Makes the partitions of the weeks that begin at these Mondays, where they are not there yet. */
export async function ensurePartitions(sql: Sql, mondays: readonly number[]): Promise<void> {
  const there = new Set(await partitions(sql));
  for (const monday of mondays) {
    if (there.has(nameOf(monday))) continue;
    await sql.run(
      `create table ${nameOf(monday)} partition of polls for values from (${instant(monday)}) to (${instant(monday + WEEK)})`,
    );
  }
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

/** `polls_20230116`, so that names sort as the weeks do. */
function nameOf(monday: number): string {
  return `polls_${new Date(monday).toISOString().slice(0, 10).replaceAll('-', '')}`;
}
