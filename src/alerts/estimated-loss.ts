import { DAY } from '../domain/hours.ts';
import { type Intervals, totalWithin } from '../domain/interval.ts';
import { cellsOf } from '../domain/periods/cells.ts';
import { slotsIn } from '../domain/periods/slots.ts';
import { worth } from '../domain/sales/loss.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { learnOwnSales } from '../sales/learn.ts';
import { SalesRates } from '../sales/rates.ts';
import type { SalesRatesRecord } from '../storage/ports/sales-rates.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';

export interface EstimatedLossParts {
  readonly snapshot: Snapshot;
  readonly fleet: FleetSchedule;
  readonly salesRates: SalesRatesRecord;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/** An amount of minor units. */
export interface EstimatedLoss {
  readonly minor: number;
  readonly currency: string;
}

/**
 * What downtime of a store cost, by its own sales or else a constant rate: the sales of groups take too long to learn for a
 * message. `undefined`: in a part of it, nothing says what the store sells.
 *
 * @param down the downtime
 * @param now milliseconds
 */
export async function estimatedLoss(
  { snapshot, fleet, salesRates, pollInterval }: EstimatedLossParts,
  store: StoreEntry,
  down: Intervals,
  now: number,
): Promise<EstimatedLoss | undefined> {
  if (down.length === 0) return undefined;
  if (salesRates.constants.length === 0 && (await snapshot.salesRevision()) === 0) return undefined;
  const own = await learnOwnSales(snapshot, fleet, [store], Math.floor(now / DAY) * DAY, pollInterval);
  const rates = new SalesRates('', [store], own, { ...salesRates, groupLabels: [] }).of(store);
  if (rates === undefined) return undefined;
  const [from, to] = [down[0] as number, down.at(-1) as number];
  const { base, schedule } = fleet.over(from, to);
  const dates = { first: Math.floor(from / DAY) - 2, end: Math.ceil(to / DAY) + 2 };
  const hours = slotsIn(schedule.zonesOf(store.key - base), from, to, cellsOf('hour_of_week', dates));
  let minor = 0;
  for (let hour = 0; hour < hours.length; hour++) {
    const time = totalWithin(down, hours.from[hour] as number, hours.to[hour] as number);
    if (time > 0) minor += worth(rates.rate[hours.cell[hour] as number] as number, time);
  }
  return Number.isNaN(minor) ? undefined : { minor, currency: rates.currency };
}
