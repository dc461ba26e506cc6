import { UNKNOWN_DAY } from '../../domain/hours.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import type { Sql } from '../../lib/sql.ts';
import type { ScheduleFeed, UnreadStores } from '../ports/import-session.ts';

/** Maximum number of ids returned. */
const NAMED = 20;

/** An SQL condition by feed: the store of a row of `incoming_unread i` has no data from such a feed. */
const NOTHING_KNOWN: Readonly<Record<ScheduleFeed, string>> = {
  hours: 'not exists (select 1 from business_hours h where h.store_key = i.store_key)',
  specialHours: `not exists (select 1 from business_hours h where h.store_key = i.store_key)
    and not exists (select 1 from special_hours d where d.store_key = i.store_key)`,
  zones: `exists (select 1 from stores s where s.store_key = i.store_key and s.zone is null)
    and not exists (select 1 from zone_changes c where c.store_key = i.store_key)`,
};

/**
 * Handles the stores of the table `incoming_unread (store_key)`, for which a feed has unreadable rows. They keep their
 * data; the hours or the zone of those without any become unknown.
 *
 * @returns what happened to them, and how many stores changed
 */
export async function keepUnread(sql: Sql, feed: ScheduleFeed): Promise<{ stores: UnreadStores; changed: number }> {
  await sql.run(
    `create temp table now_unknown as select i.store_key from incoming_unread i where ${NOTHING_KNOWN[feed]}`,
  );
  const changed = await sql.run(
    `update stores set version = version + 1${feed === 'zones' ? `, zone = '${UNKNOWN_ZONE}'` : ''}
     where store_key in (select store_key from now_unknown)`,
  );
  if (feed !== 'zones') {
    await sql.run(
      `insert into business_hours (store_key, day, start_ms, end_ms)
       select store_key, ${UNKNOWN_DAY}, 0, 0 from now_unknown order by store_key`,
    );
  }
  const state = feed === 'zones' ? `s.zone = '${UNKNOWN_ZONE}'` : `s.store_key in (${UNKNOWN_HOURS})`;
  const states = `select s.store_id, coalesce(${state}, false) as unknown
    from incoming_unread i join stores s on s.store_key = i.store_key`;
  const counts = await sql.row(
    `select count(*) as stores, count(case when unknown then 1 end) as unknown from (${states}) states`,
  );
  const named = await sql.rows(
    `select store_id from (${states}) states order by unknown desc, store_id limit ${NAMED}`,
  );
  await sql.run('drop table now_unknown');
  const unknown = Number(counts.unknown);
  return {
    stores: { kept: Number(counts.stores) - unknown, unknown, ids: named.map((row) => String(row.store_id)) },
    changed,
  };
}

/** The latest instant of a JavaScript date stands for hours that are unknown without end. */
const FOR_GOOD = 8.64e15;

/** A query `(store_key, unknown_until)`: until when the hours of a store are unknown. */
export const UNKNOWN_UNTIL = `
  select store_key, max(coalesce(until_ms, ${FOR_GOOD})) as unknown_until
  from business_hours where day = ${UNKNOWN_DAY} group by store_key`;

/** A query for the keys of the stores whose hours are unknown without end. */
export const UNKNOWN_HOURS = `select store_key from business_hours where day = ${UNKNOWN_DAY} and until_ms is null`;
