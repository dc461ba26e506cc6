import { HOUR } from '../hours.ts';
import type { Intervals } from '../interval.ts';
import { overlapWith } from '../interval.ts';
import { hourOfWeek } from '../periods/cells.ts';
import { openTimeIn, type PeriodStates, UP } from '../periods/states.ts';
import type { ZoneStretch } from '../schedule.ts';
import { instantOf, wallAt } from '../zone.ts';
import { SalesTotals } from './rates.ts';

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

/** The hours of one store in the order in which they begin. Reused from store to store: there are millions of hours. */
class SoldHours {
  length = 0;
  #from = new Float64Array(2_048);
  #to = new Float64Array(2_048);
  #row = new Int32Array(2_048);
  #weekHour = new Uint8Array(2_048);

  fill(
    sales: SalesColumns,
    first: number,
    last: number,
    zones: readonly ZoneStretch[],
    from: number,
    to: number,
  ): void {
    const most = last - first;
    if (this.#from.length < most) {
      [this.#from, this.#to] = [new Float64Array(2 * most), new Float64Array(2 * most)];
      [this.#row, this.#weekHour] = [new Int32Array(2 * most), new Uint8Array(2 * most)];
    }
    this.length = 0;
    for (let row = first; row < last; row++) {
      const hour = sales.hour[row] as number;
      const isLocal = sales.local[row] === 1;
      const zone = zoneOf(zones, hour, isLocal);
      const begin = isLocal ? instantOf(zone, hour) : hour;
      // Two hours, if the clock shows this one twice; none, if a clock change skips it.
      const end = isLocal ? endOf(hour, begin, zone) : hour + HOUR;
      if (begin < from || end > to || begin === end) continue;
      this.#insert(begin, end, row, hourOfWeek(isLocal ? hour : wallAt(zone, hour)), isLocal);
    }
  }

  /** They nearly always come in order. Of an hour that is given both ways, the instant comes first. */
  #insert(begin: number, end: number, row: number, weekHour: number, isLocal: boolean): void {
    let place = this.length;
    const isBefore = (other: number) => begin < other || (begin === other && !isLocal);
    while (place > 0 && isBefore(this.#from[place - 1] as number)) place--;
    for (const column of [this.#from, this.#to, this.#row, this.#weekHour]) {
      if (place < this.length) column.copyWithin(place + 1, place, this.length);
    }
    this.#from[place] = begin;
    this.#to[place] = end;
    this.#row[place] = row;
    this.#weekHour[place] = weekHour;
    this.length++;
  }

  from(place: number): number {
    return this.#from[place] as number;
  }

  to(place: number): number {
    return this.#to[place] as number;
  }

  /** The row of the sales. */
  row(place: number): number {
    return this.#row[place] as number;
  }

  weekHour(place: number): number {
    return this.#weekHour[place] as number;
  }
}

const hours = new SoldHours();

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
  hours.fill(sales, first, last, zones, from, to);
  if (hours.length === 0) return undefined;
  const currency = sales.currency[hours.row(hours.length - 1)] as number;
  const totals = new SalesTotals();
  const openIn = overlapWith(open);
  const upIn = overlapWith(openTimeIn(UP, open, states));
  for (let i = 0; i < hours.length; i++) {
    const begin = hours.from(i);
    if (i > 0 && begin === hours.from(i - 1)) continue;
    const end = hours.to(i);
    const [openTime, up] = [openIn(begin, end), upIn(begin, end)];
    const row = hours.row(i);
    if (sales.currency[row] !== currency || 2 * up <= openTime) continue;
    totals.addHour(hours.weekHour(i), sales.amount[row] as number, up);
  }
  return { currency, totals };
}

function zoneOf(zones: readonly ZoneStretch[], hour: number, isLocal: boolean): ZoneStretch['zone'] {
  for (const { zone, until } of zones) if ((isLocal ? instantOf(zone, hour) : hour) < until) return zone;
  throw new Error('the zones of a store cover all time');
}

/** @param begin the instant of the hour */
function endOf(hour: number, begin: number, zone: ZoneStretch['zone']): number {
  return wallAt(zone, begin) === hour ? instantOf(zone, hour + HOUR) : begin;
}
