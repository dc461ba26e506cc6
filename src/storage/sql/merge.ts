import type { Sql } from '../../sql.ts';
import type { MergeCounts } from '../ports.ts';

/**
 * Merges the table `incoming_hours (store_key, day, start_ms, end_ms)`, which has no row twice: the week of every
 * store that it names becomes what it says.
 *
 * @param staged how many rows the feed had, repeated ones and all
 */
export async function mergeHours(sql: Sql, staged: number): Promise<MergeCounts> {
  // How the week of each store that is named compares with the one that is there.
  await sql.run(`
    create temp table weeks as
    with named as (select store_key, count(*) as rows from incoming_hours group by store_key),
      there as (
        select store_key, count(*) as rows from business_hours
        where store_key in (select store_key from named) group by store_key
      ),
      common as (
        select store_key, count(*) as rows
        from incoming_hours join business_hours using (store_key, day, start_ms, end_ms)
        group by store_key
      )
    select named.store_key, named.rows,
      case
        when there.rows is null then 'added'
        when there.rows = named.rows and common.rows = named.rows then 'same'
        else 'replaced'
      end as state
    from named left join there using (store_key) left join common using (store_key)`);
  await sql.run(`delete from business_hours where store_key in (select store_key from weeks where state = 'replaced')`);
  await sql.run(`
    insert into business_hours (store_key, day, start_ms, end_ms)
    select store_key, day, start_ms, end_ms from incoming_hours
    where store_key in (select store_key from weeks where state <> 'same')
    order by store_key, day, start_ms`);
  const counts = await countByState(sql, 'weeks', staged);
  await sql.run('drop table weeks');
  return counts;
}

/** Merges the table `incoming_zones (store_key, zone)`, which names no store twice: each store gets its zone. */
export async function mergeZones(sql: Sql, staged: number): Promise<MergeCounts> {
  await sql.run(`
    create temp table zone_states as
    select i.store_key, i.zone, 1 as rows,
      case when s.zone is null then 'added' when s.zone = i.zone then 'same' else 'replaced' end as state
    from incoming_zones i join stores s on s.store_key = i.store_key`);
  await sql.run(`
    update stores set zone = z.zone from zone_states z where stores.store_key = z.store_key and z.state <> 'same'`);
  const counts = await countByState(sql, 'zone_states', staged);
  await sql.run('drop table zone_states');
  return counts;
}

/** Sums up a table of `rows` by `state`; what the feed had beyond them was repeated. */
async function countByState(sql: Sql, table: string, staged: number): Promise<MergeCounts> {
  const row = await sql.row(`
    select
      coalesce(sum(case when state = 'added' then rows end), 0) as added,
      coalesce(sum(case when state = 'replaced' then rows end), 0) as replaced,
      coalesce(sum(case when state = 'same' then rows end), 0) as same
    from ${table}`);
  const [added, replaced, alreadyThere] = [Number(row.added), Number(row.replaced), Number(row.same)];
  return { added, replaced, alreadyThere, repeated: staged - added - replaced - alreadyThere };
}

export function changesSomething({ added, replaced }: MergeCounts): boolean {
  return added + replaced > 0;
}
