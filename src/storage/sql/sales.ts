import { HOUR } from '../../domain/hours.ts';
import { identifier, type Row, type Sql } from '../../lib/sql.ts';
import type { MergeCounts } from '../ports/import-session.ts';

/** The columns of the temporary table `incoming_sales`. */
export const INCOMING_SALES =
  'store_key integer, hour integer, is_local boolean, orders integer, amount bigint, currency text';

/** The last row of each store and hour in a staged table, in order. */
export function lastSales(table: string, keys: string): string {
  return `
    select store_key, hour, is_local, last.orders, last.amount, last.currency
    from (
      select k.store_key, (t.hour // ${HOUR})::integer as hour, t.is_local,
        arg_max({'orders': t.orders, 'amount': t.amount, 'currency': t.currency}, t.rowid) as last
      from ${identifier(table)} t join ${identifier(keys)} k using (store_id)
      group by all
    )
    order by store_key, hour`;
}

/** Merges the table `incoming_sales`, which has each hour of a store once. @param staged rows of the feed */
export async function mergeSales(sql: Sql, staged: number): Promise<MergeCounts> {
  const same = 's.store_key = i.store_key and s.hour = i.hour and s.is_local = i.is_local';
  const differs = `(s.amount <> i.amount or s.currency <> i.currency
    or coalesce(i.orders, s.orders) is distinct from s.orders)`;
  const { rows } = await sql.row('select count(*) as rows from incoming_sales');
  const met = await sql.row(
    `select count(*) as there, coalesce(sum(case when ${differs} then 1 else 0 end), 0) as different
     from incoming_sales i join sales s on ${same}`,
  );
  const [there, replaced] = [Number(met.there), Number(met.different)];
  if (replaced > 0) {
    await sql.run(
      `update sales as s set amount = i.amount, currency = i.currency, orders = coalesce(i.orders, s.orders)
       from incoming_sales i where ${same} and ${differs}`,
    );
  }
  if (there < Number(rows)) {
    await sql.run(
      `insert into sales (store_key, hour, is_local, orders, amount, currency)
       select store_key, hour, is_local, orders, amount, currency from incoming_sales i
       ${there > 0 ? `where not exists (select 1 from sales s where ${same})` : ''}
       order by store_key, hour`,
    );
  }
  const counts = { added: Number(rows) - there, replaced, alreadyThere: there - replaced };
  return { ...counts, repeated: staged - Number(rows) };
}

/** Selects what `Snapshot.sales` returns, without nulls; the currency as `currencyNumber` makes it. */
export function salesQuery(firstKey: number, endKey: number, from: number, to: number): string {
  const letter = (place: number, factor: number) => `(ascii(substr(currency, ${place}, 1)) - 65) * ${factor}`;
  return `
    select store_key - ${firstKey}, hour, case when is_local then 1 else 0 end, coalesce(orders, -1),
      cast(amount as double precision), ${letter(1, 676)} + ${letter(2, 26)} + ${letter(3, 1)}
    from sales
    where store_key >= ${firstKey} and store_key < ${endKey}
      and hour >= ${Math.ceil(from / HOUR)} and hour < ${Math.ceil(to / HOUR)}
    order by store_key, hour`;
}

export async function salesRange(sql: Sql): Promise<{ from: number; to: number } | undefined> {
  const { earliest, latest } = await sql.row('select min(hour) as earliest, max(hour) as latest from sales');
  return earliest === null ? undefined : { from: Number(earliest) * HOUR, to: Number(latest) * HOUR };
}

export async function salesRevision(sql: Sql): Promise<number> {
  const { sales } = (await sql.row('select sales from revision')) as Row;
  return Number(sales);
}

/** Deletes the sales of hours that begin before an instant, milliseconds. */
export async function pruneSales(sql: Sql, before: number): Promise<void> {
  await sql.run(`delete from sales where hour < ${Math.floor(before / HOUR)}`);
}
