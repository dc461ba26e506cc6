import type { Session } from '../../duckdb/session.ts';
import { identifier } from '../../lib/sql.ts';

/** A summary of a staged table of polls. */
export interface SortedPolls {
  /** Number of polls, without repeated instants. */
  readonly polls: number;
  readonly repeated: number;
  /** The first and last instant, milliseconds; `undefined`: there are no polls. */
  readonly range: { readonly from: number; readonly to: number } | undefined;
  /** Whether the table has reasons. */
  readonly reasons: boolean;
}

/** Whether an incoming poll `i` replaces the poll `p` of its instant. One without a reason keeps the reason of `p`. */
export const REPLACES = '(p.active <> i.active or (i.reason is not null and i.reason is distinct from p.reason))';

/**
 * Creates the view `incoming_polls (store_key, instant, active, reason)` of a staged table of polls: sorted by store and
 * time, with only the last row of a repeated instant.
 *
 * @param keys a table `(store_id, store_key)` that has every store
 */
export async function sortPolls(session: Session, table: string, keys: string): Promise<SortedPolls> {
  const reasons = await hasColumn(session, table, 'inactive_reason');
  await session.run(`
    create or replace temp table sorted_polls as
    select k.store_key, make_timestamp_ms(t.instant) as instant, t.active${reasons ? ', t.inactive_reason as reason' : ''}
    from ${identifier(table)} t join ${identifier(keys)} k using (store_id)
    order by k.store_key, t.instant, t.rowid`);
  await session.run(`
    create or replace temp view incoming_polls as
    select store_key, instant, active, ${reasons ? 'reason' : 'null::varchar as reason'}
    from (
      select *, coalesce(store_key = lead(store_key) over () and instant = lead(instant) over (), false) as superseded
      from sorted_polls
    )
    where not superseded`);
  const row = await session.row(`
    select count(*) as polls, (select count(*) from sorted_polls) as staged,
      epoch_ms(min(instant)) as earliest, epoch_ms(max(instant)) as latest
    from incoming_polls`);
  const polls = Number(row.polls);
  return {
    polls,
    repeated: Number(row.staged) - polls,
    range: polls === 0 ? undefined : { from: Number(row.earliest), to: Number(row.latest) },
    reasons,
  };
}

async function hasColumn(session: Session, table: string, column: string): Promise<boolean> {
  const found = await session.rows(
    'select 1 from duckdb_columns() where table_name = $table and column_name = $column limit 1',
    { table, column },
  );
  return found.length > 0;
}

/** The earliest of the `incoming_polls` of each store, `(store_key, first_ms)`. */
export const FIRST_INCOMING =
  'select store_key, epoch_ms(min(instant)) as first_ms from incoming_polls group by store_key';

export async function dropSortedPolls(session: Session): Promise<void> {
  await session.run('drop view incoming_polls; drop table sorted_polls');
}

/** The rows of a staged table of hours with store keys, without duplicates. */
export function distinctHours(table: string, keys: string): string {
  return `
    select distinct k.store_key, t.day, t.start_ms, t.end_ms
    from ${identifier(table)} t join ${identifier(keys)} k using (store_id)`;
}

/** The last zone of each store in a staged table, without stores that have none there. */
export function lastZones(table: string, keys: string): string {
  return `
    select k.store_key, arg_max(t.zone, t.rowid) as zone
    from ${identifier(table)} t join ${identifier(keys)} k using (store_id)
    where t.zone is not null
    group by k.store_key`;
}

/** The last name, probe URL and labels (JSON) of each store in a staged table; null or `{}` where it gives none. */
export function lastDescriptions(table: string, keys: string): string {
  return `
    with staged as (select k.store_key, t.*, t.rowid as position
        from ${identifier(table)} t join ${identifier(keys)} k using (store_id)),
      given as (select store_key, position, unnest(map_entries(labels)) as label from staged),
      last_labels as (
        select store_key, label.key as key, arg_max(label.value, position) as value from given group by all
      ),
      labelled as (select store_key, json_group_object(key, value)::varchar as labels from last_labels group by store_key),
      described as (
        select store_key, arg_max(name, position) as name, arg_max(probe_url, position) as probe_url
        from staged group by store_key
      )
    select store_key, name, probe_url, coalesce(labels, '{}') as labels from described left join labelled using (store_key)`;
}

/**
 * The special hours of a staged table, without duplicates: for each date the openings after the last closed row, or
 * that row if none follow.
 */
export function lastSpecialHours(table: string, keys: string): string {
  return `
    select distinct store_key, date, start_ms, end_ms
    from (
      select k.store_key, t.date, t.start_ms, t.end_ms, t.rowid as position,
        max(t.rowid) over same_date as last, max(case when t.start_ms is null then t.rowid end) over same_date as closed
      from ${identifier(table)} t join ${identifier(keys)} k using (store_id)
      window same_date as (partition by k.store_key, t.date)
    )
    where position > coalesce(closed, -1) or (position = closed and closed = last)`;
}

export async function countRows(session: Session, table: string): Promise<number> {
  const { rows } = await session.row(`select count(*) as rows from ${identifier(table)}`);
  return Number(rows);
}
