import { UNKNOWN_DAY } from '../../domain/hours.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import type { Sql } from '../../lib/sql.ts';
import type { MergeCounts } from '../ports/import-session.ts';
import { keepNamed } from './census.ts';

/**
 * Merges the table `incoming_hours (store_key, day, start_ms, end_ms)`, which has no duplicates: it replaces the weekly
 * hours of every store in it from `effectiveFrom` on. Unknown hours count as none: what replaces them applies to all
 * time before.
 *
 * @param staged number of rows in the feed, including repeated ones
 */
export async function mergeHours(sql: Sql, staged: number, effectiveFrom: number): Promise<MergeCounts> {
  await keepNamed(sql, 'hours', 'incoming_hours');
  await sql.run('create temp table if not exists first_hours (store_key integer)');
  // Compares the week of each store in the feed with the version in force.
  await sql.run(`
    create temp table weeks as
    with named as (select store_key, count(*) as rows from incoming_hours group by store_key),
      in_force as (
        select * from business_hours
        where store_key in (select store_key from named) and day <> ${UNKNOWN_DAY}
          and coalesce(from_ms <= ${effectiveFrom}, true) and coalesce(until_ms > ${effectiveFrom}, true)
      ),
      there as (select store_key, count(*) as rows from in_force group by store_key),
      common as (
        select store_key, count(*) as rows
        from incoming_hours join in_force using (store_key, day, start_ms, end_ms)
        group by store_key
      )
    select named.store_key, named.rows,
      case
        when there.rows is null then 'added'
        when there.rows = named.rows and common.rows = named.rows then 'same'
        else 'replaced'
      end as state
    from named left join there using (store_key) left join common using (store_key)`);
  await sql.run(`insert into first_hours select store_key from weeks where state = 'added'`);
  await sql.run(`delete from business_hours where store_key in (select store_key from weeks where state = 'added')`);
  const replaced = `store_key in (select store_key from weeks where state = 'replaced')`;
  await sql.run(
    `delete from business_hours
     where ${replaced} and (from_ms >= $at::bigint or store_key in (select store_key from first_hours))`,
    { at: effectiveFrom },
  );
  await sql.run(
    `update business_hours set until_ms = $at::bigint where ${replaced} and coalesce(until_ms > $at::bigint, true)`,
    { at: effectiveFrom },
  );
  await sql.run(
    `insert into business_hours (store_key, day, start_ms, end_ms, from_ms)
     select store_key, day, start_ms, end_ms,
       case when store_key in (select store_key from first_hours) then null else $at::bigint end
     from incoming_hours
     where store_key in (select store_key from weeks where state <> 'same')
     order by store_key, day, start_ms`,
    { at: effectiveFrom },
  );
  return countByState(sql, 'weeks', staged);
}

/**
 * Merges the table `incoming_zones (store_key, zone)`, which has each store once: it replaces their zones from
 * `effectiveFrom` on.
 */
export async function mergeZones(sql: Sql, staged: number, effectiveFrom: number): Promise<MergeCounts> {
  await keepNamed(sql, 'zones', 'incoming_zones');
  await sql.run('create temp table if not exists first_zones (store_key integer)');
  await sql.run(`
    create temp table zone_states as
    with next as (
        select store_key, min(until_ms) as until_ms from zone_changes where until_ms > ${effectiveFrom} group by store_key
      ),
      in_force as (
        select s.store_key, case when n.until_ms is null then s.zone else c.zone end as zone
        from stores s left join next n on n.store_key = s.store_key
          left join zone_changes c on c.store_key = n.store_key and c.until_ms = n.until_ms
      )
    select i.store_key, i.zone, f.zone as zone_before, 1 as rows,
      case
        when f.zone = '${UNKNOWN_ZONE}' then 'added'
        when f.zone is null and s.zone is null and i.store_key not in (select store_key from zone_changes) then 'added'
        when f.zone = i.zone then 'same'
        else 'replaced'
      end as state
    from incoming_zones i
      join stores s on s.store_key = i.store_key join in_force f on f.store_key = i.store_key`);
  await sql.run(`insert into first_zones select store_key from zone_states where state = 'added'`);
  await sql.run(
    `delete from zone_changes
     where until_ms > $at::bigint and store_key in (select store_key from zone_states where state <> 'same')`,
    { at: effectiveFrom },
  );
  await sql.run(
    `insert into zone_changes (store_key, zone, until_ms)
     select store_key, zone_before, $at::bigint from zone_states
     where state = 'replaced' and store_key not in (select store_key from first_zones)
       and store_key not in (select store_key from zone_changes where until_ms = $at::bigint)`,
    { at: effectiveFrom },
  );
  await sql.run(`
    update stores set zone = z.zone from zone_states z where stores.store_key = z.store_key and z.state <> 'same'`);
  return countByState(sql, 'zone_states', staged);
}

/** Merges the table `incoming_special_hours (store_key, date, start_ms, end_ms)`, which has no duplicates. */
export async function mergeSpecialHours(sql: Sql, staged: number): Promise<MergeCounts> {
  await sql.run(`
    create temp table special_dates as
    with named as (select store_key, date, count(*) as rows from incoming_special_hours group by store_key, date),
      there as (
        select store_key, date, count(*) as rows from special_hours
        where store_key in (select store_key from named) group by store_key, date
      ),
      common as (
        select i.store_key, i.date, count(*) as rows
        from incoming_special_hours i join special_hours s on s.store_key = i.store_key and s.date = i.date
          and s.start_ms is not distinct from i.start_ms and s.end_ms is not distinct from i.end_ms
        group by i.store_key, i.date
      )
    select named.store_key, named.date, named.rows,
      case
        when there.rows is null then 'added'
        when there.rows = named.rows and common.rows = named.rows then 'same'
        else 'replaced'
      end as state
    from named left join there using (store_key, date) left join common using (store_key, date)`);
  await sql.run(`
    delete from special_hours
    where (store_key, date) in (select store_key, date from special_dates where state = 'replaced')`);
  await sql.run(`
    insert into special_hours (store_key, date, start_ms, end_ms)
    select store_key, date, start_ms, end_ms from incoming_special_hours
    where (store_key, date) in (select store_key, date from special_dates where state <> 'same')
    order by store_key, date, start_ms`);
  return countByState(sql, 'special_dates', staged);
}

/** Drops the tables in which an import records the stores of its files and those with first hours or zones. */
export async function dropKept(sql: Sql): Promise<void> {
  await sql.run('drop table if exists named_stores');
  await sql.run('drop table if exists first_hours');
  await sql.run('drop table if exists first_zones');
}

/**
 * Sums a table of `rows` by `state`, raises the version of the stores that changed, and drops the table. Rows of the
 * feed that it lacks were repeated.
 */
async function countByState(sql: Sql, table: string, staged: number): Promise<MergeCounts> {
  await sql.run(
    `update stores set version = version + 1
     where store_key in (select store_key from ${table} where state <> 'same')`,
  );
  const row = await sql.row(`
    select
      coalesce(sum(case when state = 'added' then rows end), 0) as added,
      coalesce(sum(case when state = 'replaced' then rows end), 0) as replaced,
      coalesce(sum(case when state = 'same' then rows end), 0) as same
    from ${table}`);
  await sql.run(`drop table ${table}`);
  const [added, replaced, alreadyThere] = [Number(row.added), Number(row.replaced), Number(row.same)];
  return { added, replaced, alreadyThere, repeated: staged - added - replaced - alreadyThere };
}

export function changesSomething({ added, replaced }: MergeCounts): boolean {
  return added + replaced > 0;
}
