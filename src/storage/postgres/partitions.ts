import { DAY } from '../../domain/hours.ts';
import type { Sql } from '../../lib/sql.ts';
import { instant } from './instant.ts';

const WEEK = 7 * DAY;
/** The Monday before 1970-01-01, a Thursday. */
const FIRST_MONDAY = -3 * DAY;

/** The Monday 00:00 UTC at or before an instant. */
export function mondayOf(milliseconds: number): number {
  return Math.floor((milliseconds - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY;
}

/** Holds the polls of all weeks that have no partition of their own. */
export const SHARED_PARTITION = 'polls_rest';

/** Which weeks get a partition of their own. Each costs every look at all polls a lock on the table and on its index. */
export interface PartitionRules {
  /** The clock, milliseconds. */
  now(): number;
  /** A week gets a partition of its own for at least this many polls in one write, or because it is recent. */
  readonly leastPolls: number;
  /** New partitions in one transaction. */
  readonly perTransaction: number;
  /** Partitions in all. */
  readonly total: number;
}

/** A PostgreSQL with its default settings locks some 6,400 tables and indexes at a time. */
export const PARTITION_RULES: PartitionRules = {
  now: Date.now,
  leastPolls: 1_000,
  perTransaction: 260,
  total: 1_000,
};

/** Weeks before now that are recent: those that the poller, and reports, go back to. */
const RECENT = 10 * WEEK;

/** The weeks of polls that are to be written. */
export interface Weeks {
  /** Their Mondays that get a partition, in order. */
  readonly own: number[];
  /** Whether none of the weeks has a partition yet. */
  readonly allNew: boolean;
}

/** @param polls how many polls are to be written, by the Monday of their week */
export async function planWeeks(sql: Sql, polls: ReadonlyMap<number, number>, rules: PartitionRules): Promise<Weeks> {
  const there = new Set(await partitions(sql));
  const now = rules.now();
  const isRecent = (monday: number) => monday > now - RECENT && monday <= now + WEEK;
  const missing = [...polls].filter(([monday]) => !there.has(nameOf(monday)));
  const own = missing
    .filter(([monday, count]) => count >= rules.leastPolls || isRecent(monday))
    .sort(([, one], [, other]) => other - one)
    .slice(0, Math.max(0, Math.min(rules.perTransaction, rules.total - there.size)))
    .map(([monday]) => monday);
  return { own: own.sort((a, b) => a - b), allNew: missing.length === polls.size };
}

/** Makes the partitions of the weeks that begin at these Mondays, with the polls that shared one until now. */
export async function addPartitions(sql: Sql, mondays: readonly number[]): Promise<void> {
  for (const monday of mondays) {
    const name = nameOf(monday);
    const inRest = `${SHARED_PARTITION} where instant >= ${instant(monday)} and instant < ${instant(monday + WEEK)}`;
    const [held] = await sql.rows(`select 1 from ${inRest} limit 1`);
    if (held === undefined) {
      await sql.run(`create table ${name} partition of polls ${boundsOf(monday)}`);
      continue;
    }
    await sql.run(`create table ${name} (like polls)`);
    await sql.run(`with moved as (delete from ${inRest} returning *) insert into ${name} select * from moved`);
    await attach(sql, monday);
  }
}

/**
 * Makes the partitions of the weeks that begin at these Mondays; `fill` copies polls, in any order and also of other
 * weeks without a partition, into the table that it is given. There must be no polls of these weeks. The indexes are
 * built when the polls are in, and others can read `polls` meanwhile.
 */
export async function addFilledPartitions(
  sql: Sql,
  mondays: readonly number[],
  fill: (table: string) => Promise<void>,
): Promise<void> {
  await sql.run('create table new_polls (like polls) partition by range (instant)');
  await sql.run('create table new_polls_rest partition of new_polls default');
  for (const monday of mondays) {
    await sql.run(`create table ${nameOf(monday)} partition of new_polls ${boundsOf(monday)}`);
  }
  await fill('new_polls');
  for (const monday of mondays) {
    await sql.run(`alter table new_polls detach partition ${nameOf(monday)}`);
    await attach(sql, monday);
  }
  await sql.run('insert into polls select * from new_polls_rest');
  await sql.run('drop table new_polls');
}

async function attach(sql: Sql, monday: number): Promise<void> {
  const name = nameOf(monday);
  await sql.run(`alter table ${name} add primary key (store_key, instant)`);
  await sql.run(`alter table polls attach partition ${name} ${boundsOf(monday)}`);
}

/** Drops at most `limit` of the partitions that lie before a Monday; returns how many. */
export async function dropPartitionsBefore(sql: Sql, monday: number, limit: number): Promise<number> {
  const before = (await partitions(sql)).filter((name) => name < nameOf(monday)).sort();
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

/** The names of the partitions that hold a week each. */
export async function partitions(sql: Sql): Promise<string[]> {
  const rows = await sql.rows(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'polls'::regclass and c.relname <> '${SHARED_PARTITION}'`,
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
