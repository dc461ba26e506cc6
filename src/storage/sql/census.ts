import type { Sql } from '../../lib/sql.ts';
import type { StoreCensus } from '../ports/import-session.ts';

/** Makes an import record which stores its hours and zones files name. */
export async function keepNamed(sql: Sql, feed: 'hours' | 'zones', incoming: string): Promise<void> {
  await sql.run('create temp table if not exists named_stores (feed varchar(10), store_key integer)');
  await sql.run(`insert into named_stores select distinct '${feed}', store_key from ${incoming}`);
}

/** Counts the stores that are not deleted, by the feeds that name them. */
export async function readCensus(sql: Sql): Promise<StoreCensus> {
  const row = await sql.row(`select ${COUNTS} from (${KNOWN}) known`);
  return censusOf(row);
}

/** The same within an import, with how many polled stores its files name. */
export async function importCensus(sql: Sql): Promise<StoreCensus> {
  await sql.run('create temp table if not exists named_stores (feed varchar(10), store_key integer)');
  const named = (feed: string) => `count(case when polled and store_key in (
    select store_key from named_stores where feed = '${feed}') then 1 end)`;
  const row = await sql.row(`select ${COUNTS}, ${named('hours')} as hours_named, ${named('zones')} as zones_named,
    (select count(*) from named_stores where feed = 'hours') as hours_rows,
    (select count(*) from named_stores where feed = 'zones') as zones_rows
    from (${KNOWN}) known`);
  return {
    ...censusOf(row),
    ...(Number(row.hours_rows) > 0 && { withHoursHere: Number(row.hours_named) }),
    ...(Number(row.zones_rows) > 0 && { withZoneHere: Number(row.zones_named) }),
  };
}

const KNOWN = `
  select s.store_key, s.first_poll_ms is not null as polled, h.store_key is not null as hours, s.zone is not null as zone
  from stores s left join (select distinct store_key from business_hours) h on h.store_key = s.store_key
  where not s.deleted`;

const COUNTS = `
  count(case when polled then 1 end) as polled,
  count(case when polled and hours then 1 end) as with_hours,
  count(case when polled and zone then 1 end) as with_zone,
  count(case when hours and not polled then 1 end) as hours_only,
  count(case when zone and not polled then 1 end) as zone_only`;

function censusOf(row: Readonly<Record<string, unknown>>): StoreCensus {
  return {
    polled: Number(row.polled),
    withHours: Number(row.with_hours),
    withZone: Number(row.with_zone),
    hoursOnly: Number(row.hours_only),
    zoneOnly: Number(row.zone_only),
  };
}
