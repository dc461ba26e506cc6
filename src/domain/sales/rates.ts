import { HOUR } from '../hours.ts';
import { WEEK_HOURS } from '../periods/cells.ts';
import { scaled } from './money.ts';

/** A rate is a whole number of hundredths of a minor unit per open hour. */
export const RATE_SCALE = 100;

/** What a rate stands on. */
export const RATE_SOURCES = ['sales_feed', 'group', 'constant'] as const;
export type RateSource = (typeof RATE_SOURCES)[number];

/** Fewer hours of sales give no rate. */
export const ENOUGH_HOURS = 3;

/** The sales rates of one store, all in its currency. */
export interface StoreRates {
  readonly currency: string;
  /** By hour of the week; NaN: there is none. */
  readonly rate: Float64Array;
  /** The place of each one's source in `RATE_SOURCES`. */
  readonly source: Uint8Array;
}

/** Sales by hour of the week, in one currency, of one store or of many. */
export class SalesTotals {
  /** Minor units. */
  readonly amount = new Float64Array(WEEK_HOURS);
  /** The uptime in which they were sold, milliseconds; halves occur. */
  readonly up = new Float64Array(WEEK_HOURS);
  readonly hours = new Float64Array(WEEK_HOURS);

  addHour(hour: number, amount: number, up: number): void {
    this.amount[hour] = (this.amount[hour] as number) + amount;
    this.up[hour] = (this.up[hour] as number) + up;
    this.hours[hour] = (this.hours[hour] as number) + 1;
  }

  add({ amount, up, hours }: SalesTotals): void {
    for (let hour = 0; hour < WEEK_HOURS; hour++) {
      this.amount[hour] = (this.amount[hour] as number) + (amount[hour] as number);
      this.up[hour] = (this.up[hour] as number) + (up[hour] as number);
      this.hours[hour] = (this.hours[hour] as number) + (hours[hour] as number);
    }
  }

  /** What is sold in an open hour of this hour of the week; NaN: too few hours say so. */
  rate(hour: number): number {
    if ((this.hours[hour] as number) < ENOUGH_HOURS) return Number.NaN;
    // Twice, since halves of milliseconds occur.
    return scaled(this.amount[hour] as number, 2 * RATE_SCALE * HOUR, 2 * (this.up[hour] as number));
  }
}

/**
 * The rates of a store: of its own sales, else of the first group with a rate for the hour, else the constant one.
 *
 * @param groups the sales of groups of stores in the same currency
 * @param constant in the unit of rates
 */
export function storeRates(
  currency: string,
  own: SalesTotals | undefined,
  groups: readonly SalesTotals[],
  constant: number | undefined,
): StoreRates {
  const rate = new Float64Array(WEEK_HOURS).fill(constant ?? Number.NaN);
  const source = new Uint8Array(WEEK_HOURS).fill(RATE_SOURCES.indexOf('constant'));
  const take = (totals: SalesTotals, name: RateSource) => {
    for (let hour = 0; hour < WEEK_HOURS; hour++) {
      const found = totals.rate(hour);
      if (Number.isNaN(found)) continue;
      rate[hour] = found;
      source[hour] = RATE_SOURCES.indexOf(name);
    }
  };
  // What is taken later goes before.
  for (const group of groups.toReversed()) take(group, 'group');
  if (own !== undefined) take(own, 'sales_feed');
  return { currency, rate, source };
}
