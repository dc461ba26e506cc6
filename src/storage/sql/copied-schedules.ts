import type { Sql } from '../../lib/sql.ts';

/** The tables of a schedule and their columns in a copy. */
const COLUMNS = {
  business_hours: 'store_key, day, start_ms, end_ms, from_ms, until_ms',
  zone_changes: 'store_key, zone, until_ms',
  special_hours: 'store_key, date, start_ms, end_ms',
} as const;

/**
 * Replaces the stores of `copied_stores (store_key, zone, name, labels, probe_url, version, deleted, first_poll_ms)` and
 * their schedules by the tables `copied_…`. Returns whether anything changed.
 */
export async function takeCopiedSchedules(sql: Sql): Promise<boolean> {
  const described = ['zone', 'name', 'labels', 'probe_url', 'version', 'deleted', 'first_poll_ms'];
  const stores = await sql.run(`
    update stores set ${described.map((column) => `${column} = c.${column}`).join(', ')} from copied_stores c
    where stores.store_key = c.store_key
      and (${described.map((column) => `stores.${column} is distinct from c.${column}`).join(' or ')})`);
  const hours = await replaceRows(sql, 'business_hours', 'copied_hours');
  const zoneChanges = await replaceRows(sql, 'zone_changes', 'copied_zone_changes');
  const specialHours = await replaceRows(sql, 'special_hours', 'copied_special_hours');
  return stores > 0 || hours || zoneChanges || specialHours;
}

async function replaceRows(sql: Sql, table: keyof typeof COLUMNS, copied: string): Promise<boolean> {
  const columns = COLUMNS[table];
  const there = `select ${columns} from ${table} where store_key in (select store_key from copied_stores)`;
  const here = `select ${columns} from ${copied}`;
  const { different } = await sql.row(
    `select count(*) as different from (((${there}) except (${here})) union all ((${here}) except (${there}))) rows`,
  );
  if (Number(different) === 0) return false;
  await sql.run(`delete from ${table} where store_key in (select store_key from copied_stores)`);
  await sql.run(`insert into ${table} (${columns}) ${here} order by store_key`);
  return true;
}
