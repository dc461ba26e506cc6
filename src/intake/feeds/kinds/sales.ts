import { HOUR } from '../../../domain/hours.ts';
import { CURRENCIES } from '../../../domain/sales/currencies.ts';
import { MOST_AMOUNT } from '../../../domain/sales/money.ts';
import { literal } from '../../../lib/sql.ts';
import { type Feed, STORE_ID } from '../feed.ts';
import { badId } from '../sql-text.ts';

/** The beginning of an hour. */
const LOCAL_HOUR = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:00(:00(\.0+)?)?`;
const UTC_HOUR = `${LOCAL_HOUR} ?(UTC|Z|[+-]00(:?00)?)?`;

/** No clock is further ahead of UTC. */
const AHEAD = 14 * HOUR;

/** The number of decimals of a currency; null: it is none. */
const decimals = (currency: string): string => {
  const codes = (wanted: number) => [...CURRENCIES].filter(([, own]) => own === wanted).map(([code]) => literal(code));
  const arms = [...new Set(CURRENCIES.values())].map(
    (own) => `when ${currency} in (${codes(own).join(', ')}) then ${own}`,
  );
  return `case ${arms.join(' ')} end`;
};

const NUMBER = String.raw`\d+(\.\d+)?`;

export const sales: Feed<'sales'> = {
  name: 'sales',
  apiName: 'sales',
  title: 'sales',
  option: '--sales',
  variable: 'SYNC_SALES',
  columns: [
    STORE_ID,
    { name: 'hour_utc', headers: ['hour_utc'], optional: true },
    { name: 'hour_local', headers: ['hour_local'], optional: true, isLocal: true },
    { name: 'given_orders', headers: ['orders'], optional: true },
    { name: 'given_amount', headers: ['amount'] },
    { name: 'given_currency', headers: ['currency'] },
  ],
  either: ['hour_utc', 'hour_local'],
  ofKnownStores: true,
  appendable: true,
  parse: (raw, { columns, latest }) => {
    const isLocal = columns.has('hour_local');
    const column = isLocal ? 'hour_local' : 'hour_utc';
    const hour = `case when regexp_full_match(${column}, '${isLocal ? LOCAL_HOUR : UTC_HOUR}', 'i')
      then epoch_ms(try_cast(${column}[1:10] || ' ' || ${column}[12:13] || ':00:00' as timestamp)) end`;
    const example = isLocal ? '2026-11-01 13:00' : '2026-11-01 13:00:00 UTC';
    const orders = columns.has('given_orders') ? `nullif(given_orders, '')` : 'null::varchar';
    return `
    select store_id, hour, ${isLocal} as is_local, try_cast(orders as integer) as orders, currency,
      case when regexp_full_match(given_amount, '${NUMBER}')
        then (try_cast(given_amount as decimal(24, 4)) * (10 ** decimals)::integer)::bigint end as amount,
      case
        when broken is not null then broken
        ${badId}
        when hour is null then '${column} "' || ${column} || '" is not the beginning of an hour such as "${example}"'
        when hour > ${latest + (isLocal ? AHEAD : 0)} then '${column} "' || ${column} || '" is in the future'
        when decimals is null then 'currency "' || given_currency || '" is not a code of ISO 4217 such as "USD"'
        when starts_with(given_amount, '-') and regexp_full_match(given_amount[2:], '${NUMBER}')
          then 'amount "' || given_amount || '" is negative'
        when not regexp_full_match(given_amount, '${NUMBER}')
          then 'amount "' || given_amount || '" is not an amount such as "120.50"'
        when fraction > decimals then 'amount "' || given_amount || '" has ' || fraction || case fraction when 1 then ' decimal' else ' decimals' end
          || ', and ' || currency
          || ' has ' || case decimals when 0 then 'none' else 'at most ' || decimals end
        when coalesce(try_cast(given_amount as decimal(24, 4)), ${MOST_AMOUNT}) >= ${MOST_AMOUNT}
          then 'amount "' || given_amount || '" is not less than ${MOST_AMOUNT}'
        when orders is not null and not regexp_full_match(orders, '\\d{1,9}')
          then 'orders "' || orders || '" is not a whole number'
      end as reason, line
    from (
      select *, ${decimals('currency')} as decimals, strlen(rtrim(split_part(given_amount, '.', 2), '0')) as fraction
      from (select *, ${hour} as hour, ${orders} as orders, upper(given_currency) as currency from (${raw}))
    )`;
  },
  merge: (session, table) => session.mergeSales(table),
};
