import { HOUR } from '../hours.ts';
import type { Intervals } from '../interval.ts';
import { overlapWith } from '../interval.ts';
import { type PeriodStates, UP } from '../periods/states.ts';
import type { ZoneStretch } from '../schedule.ts';
import { instantOf, wallAt } from '../zone.ts';
import { SalesTotals, WEEK_HOURS } from './rates.ts';

/** Sales of stores by the hour, as columns of one length. */
export interface SalesColumns {
  readonly length: number;
  readonly store: Int32Array;
  /** The beginning of the hour, milliseconds: an instant, or a wall value if it is local. */
  readonly hour: Float64Array;
  /** 1: local. */
  readonly local: Uint8Array;
  /** −1: not given. */
  readonly orders: Int32Array;
  /** Minor units. */
  readonly amount: Float64Array;
  /** As `currencyNumber` makes it. */
  readonly currency: Int32Array;
}

/** One store's sales in the currency of its last hour. */
export interface OwnSales {
  /** As `currencyNumber` makes it. */
  readonly currency: number;
  readonly totals: SalesTotals;
}

/**
 * Adds up the sales of a store by hour of the week. An hour counts if the store was open in it, and up for more than half
 * of that time: an outage must not teach that little is sold. What is sold then was sold in its uptime.
 *
 * @param sales of which `[first, last)` are this store's
 * @param zones cover all time
 * @param from, to hours outside this range do not count; `open` and `states` are complete in it
 */
export function learnSales(
  sales: SalesColumns,
  first: number,
  last: number,
  {
    open,
    states,
    zones,
  }: { readonly open: Intervals; readonly states: PeriodStates; readonly zones: readonly ZoneStretch[] },
  from: number,
  to: number,
): OwnSales | undefined {
  const hours: SoldHour[] = [];
  for (let row = first; row < last; row++) {
    const hour = soldHour(sales, row, zones);
    if (hour.from >= from && hour.to <= to && hour.from < hour.to) hours.push(hour);
  }
  // Of an hour that is given both ways, the instant counts.
  hours.sort((a, b) => a.from - b.from || a.local - b.local);
  const currency = hours.at(-1)?.currency;
  if (currency === undefined) return undefined;
  const totals = new SalesTotals();
  const openIn = overlapWith(open);
  const upIn = overlapWith(upTime(open, states));
  let previous: SoldHour | undefined;
  for (const hour of hours) {
    if (hour.from === previous?.from) continue;
    previous = hour;
    const [openTime, up] = [openIn(hour.from, hour.to), upIn(hour.from, hour.to)];
    if (hour.currency === currency && 2 * up > openTime) totals.addHour(hour.weekHour, hour.amount, up);
  }
  return { currency, totals };
}

interface SoldHour {
  readonly from: number;
  readonly to: number;
  readonly local: number;
  readonly amount: number;
  readonly currency: number;
  readonly weekHour: number;
}

function soldHour(
  { hour, local, amount, currency }: SalesColumns,
  row: number,
  zones: readonly ZoneStretch[],
): SoldHour {
  const begin = hour[row] as number;
  const what = { local: local[row] as number, amount: amount[row] as number, currency: currency[row] as number };
  if (what.local === 0) {
    const { zone } = zones.find(({ until }) => begin < until) as ZoneStretch;
    return { ...what, from: begin, to: begin + HOUR, weekHour: weekHourOf(wallAt(zone, begin)) };
  }
  const { zone } = zones.find((stretch) => instantOf(stretch.zone, begin) < stretch.until) as ZoneStretch;
  // Two hours, if the clock shows this one twice; none, if a clock change skips it.
  return { ...what, from: instantOf(zone, begin), to: endOf(begin, zone), weekHour: weekHourOf(begin) };
}

function endOf(begin: number, zone: ZoneStretch['zone']): number {
  const from = instantOf(zone, begin);
  return wallAt(zone, from) === begin ? instantOf(zone, begin + HOUR) : from;
}

/** 1970-01-01 was a Thursday. */
function weekHourOf(wall: number): number {
  return (((Math.floor(wall / HOUR) + 72) % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
}

function upTime(open: Intervals, states: PeriodStates): Intervals {
  const up: number[] = [];
  let step = 0;
  for (let o = 0; o < open.length; o += 2) {
    const end = open[o + 1] as number;
    for (let at = open[o] as number; at < end; ) {
      while (step + 1 < states.length && (states.from[step + 1] as number) <= at) step++;
      const next = step + 1 < states.length ? Math.min(end, states.from[step + 1] as number) : end;
      if (states.state[step] === UP) up.push(at, next);
      at = next;
    }
  }
  return up;
}
