import { HOUR } from '../../../src/domain/hours.ts';
import { currencyNumber } from '../../../src/domain/sales/currencies.ts';
import type { SalesColumns } from '../../../src/domain/sales/learning.ts';
import type { SoldHour, View } from './data.ts';
import type { MergeState } from './merge-schedules.ts';
import { storesBetween } from './stores.ts';

/** The sales of a store with those of a feed: the later row of an hour counts, and keeps the orders if it gives none. */
export function mergedSales(
  before: readonly SoldHour[],
  incoming: readonly SoldHour[],
): { readonly sales: readonly SoldHour[]; readonly states: (readonly [MergeState, number])[] } {
  const merged = new Map(before.map((sold) => [nameOf(sold), sold]));
  const states: (readonly [MergeState, number])[] = [];
  for (const [name, sold] of new Map(incoming.map((sold) => [nameOf(sold), sold]))) {
    const there = merged.get(name);
    const now = { ...sold, orders: sold.orders ?? there?.orders ?? null };
    const isSame = there?.amount === now.amount && there.currency === now.currency && there.orders === now.orders;
    states.push([there === undefined ? 'added' : isSame ? 'same' : 'replaced', 1]);
    merged.set(name, now);
  }
  return { sales: [...merged.values()].sort((a, b) => a.hour - b.hour), states };
}

function nameOf({ hour, isLocal }: SoldHour): string {
  return `${hour} ${isLocal}`;
}

/** What `Snapshot.sales` returns. */
export function salesBetween(view: View, firstKey: number, endKey: number, from: number, to: number): SalesColumns {
  const rows = [...storesBetween(view, firstKey, endKey)].flatMap(({ key }) =>
    (view.table('sales').get(key) ?? [])
      .filter(({ hour }) => hour * HOUR >= from && hour * HOUR < to)
      .map((sold) => ({ store: key - firstKey, ...sold })),
  );
  return {
    length: rows.length,
    store: Int32Array.from(rows, ({ store }) => store),
    hour: Float64Array.from(rows, ({ hour }) => hour * HOUR),
    local: Uint8Array.from(rows, ({ isLocal }) => Number(isLocal)),
    orders: Int32Array.from(rows, ({ orders }) => orders ?? -1),
    amount: Float64Array.from(rows, ({ amount }) => amount),
    currency: Int32Array.from(rows, ({ currency }) => currencyNumber(currency)),
  };
}

/** What `Snapshot.salesRange` returns. */
export function salesRange(view: View): { from: number; to: number } | undefined {
  const hours = [...view.table('sales').values()].flatMap((sales) => sales.map(({ hour }) => hour * HOUR));
  return hours.length === 0 ? undefined : { from: Math.min(...hours), to: Math.max(...hours) };
}
