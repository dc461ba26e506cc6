import { amountText } from '../domain/sales/money.ts';
import { RATE_SOURCES, type RateSource } from '../domain/sales/rates.ts';
import type { PeriodResult } from './compute.ts';
import type { Answer } from './service.ts';

/** What downtime cost in one currency, under public names: decimal amounts. */
export interface ShownLoss {
  readonly currency: string;
  readonly amount: string;
  readonly amount_low?: string;
  readonly amount_high?: string;
  readonly by_source: Readonly<Record<RateSource, string>>;
}

/** What downtime cost; null: nothing says what is sold. */
export interface ShownLosses {
  readonly lost_sales: readonly ShownLoss[] | null;
  readonly unvalued_down_seconds: number;
}

/** What downtime cost in a row. @param isInterval whether it is a range, too */
export function lossesAt({ losses, sums, estimates }: PeriodResult, row: number, isInterval: boolean): ShownLosses {
  if (losses === undefined) return { lost_sales: null, unvalued_down_seconds: sums.at(row).down / 1_000 };
  const found = losses.sums.at(row);
  const measures = sums.at(row);
  const { up, down, open } = measures;
  const range = isInterval ? estimates?.raw.interval(row, up + down, down) : undefined;
  const shown = found.map(({ currency, bySource, total }): ShownLoss => {
    const expected = losses.sums.expectedAt(row, currency);
    const at = (downtime: number) => {
      const more = open === 0 ? 0 : ((downtime - (losses.down[row] as number)) * expected) / open;
      return amountText(Math.max(0, Math.round(total + more)), currency);
    };
    return {
      ...{ currency, amount: amountText(total, currency) },
      ...(range && { amount_low: at(range.low), amount_high: at(range.high) }),
      by_source: Object.fromEntries(
        RATE_SOURCES.map((source, i) => [source, amountText(bySource[i] as number, currency)]),
      ) as ShownLoss['by_source'],
    };
  });
  return {
    lost_sales: shown.length > 0 ? shown : null,
    unvalued_down_seconds: (losses.sums.unvalued[row] as number) / 1_000,
  };
}

/** The currencies of an answer, sorted. */
export function currenciesIn({ result, compared }: Answer): readonly string[] {
  const all = [result, compared?.result].flatMap((one) => one?.losses?.sums.currencies ?? []);
  return [...new Set(all)].sort();
}

/** The fields of what was lost in one currency, by their names in CSV without the currency. */
export function lossFields(
  isInterval: boolean,
): readonly (readonly [name: string, of: (loss: ShownLoss) => string | undefined])[] {
  return [
    ['lost_sales', ({ amount }) => amount],
    ...(isInterval
      ? ([
          ['lost_sales_low', (loss: ShownLoss) => loss.amount_low],
          ['lost_sales_high', (loss: ShownLoss) => loss.amount_high],
        ] as const)
      : []),
    ...RATE_SOURCES.map((source) => [`lost_sales_by_${source}`, (loss: ShownLoss) => loss.by_source[source]] as const),
  ];
}
