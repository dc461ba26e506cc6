import { HOUR } from '../hours.ts';
import type { Intervals } from '../interval.ts';
import type { Slots } from '../periods/slots.ts';
import { DOWN, openTimeIn, type PeriodStates } from '../periods/states.ts';
import { scaled } from './money.ts';
import { RATE_SCALE, RATE_SOURCES, type StoreRates } from './rates.ts';

/** The columns of one currency. */
interface CurrencyColumns {
  /** What downtime cost, minor units, for each of `RATE_SOURCES`. */
  readonly lost: readonly Float64Array[];
  /** What would be sold in all open time, minor units; only for ranges. */
  readonly expected: Float64Array | undefined;
}

/** What downtime cost in one row, in one currency, minor units. */
export interface RowLoss {
  readonly currency: string;
  /** In the order of `RATE_SOURCES`. */
  readonly bySource: readonly number[];
  readonly total: number;
}

/** What downtime cost, in many rows: whole minor units, which add up exactly. Currencies are never added to each other. */
export class LossSums {
  readonly #rows: number;
  readonly #withExpected: boolean;
  readonly #columns = new Map<string, CurrencyColumns>();
  /** The rows of each currency that have a store with it. */
  readonly #present = new Map<string, Uint8Array>();
  /** Downtime at a rate that is not known, milliseconds. */
  readonly unvalued: Float64Array;

  /** @param withExpected whether ranges are asked for */
  constructor(rows: number, withExpected: boolean) {
    this.#rows = rows;
    this.#withExpected = withExpected;
    this.unvalued = new Float64Array(rows);
  }

  /** All currencies, sorted. */
  get currencies(): readonly string[] {
    return [...this.#columns.keys()].sort();
  }

  /**
   * Adds the downtime of one store to the rows from `row` on, one for each cell. Within an hour of the store's clock, what
   * was lost until an instant is rounded to minor units; a part of the hour lost the difference of two of these numbers.
   * So the parts add up to the hour, however it is divided.
   *
   * @param hours the hours of the week on the clock of the store, in order; they begin at least an hour before the slots
   * @param slots those of the period
   * @param cells the number of cells
   */
  addStore(
    { open, states }: { readonly open: Intervals; readonly states: PeriodStates },
    rates: StoreRates | undefined,
    hours: Slots,
    slots: Slots,
    row: number,
    cells: number,
  ): void {
    const columns = rates && this.#columnsOf(rates.currency);
    if (rates !== undefined) this.#present.get(rates.currency)?.fill(1, row, row + cells);
    let [hour, time, lost] = [-1, 0, 0];
    const down = cutter(hours, slots);
    const stretches = openTimeIn(DOWN, open, states);
    for (let d = 0; d < stretches.length; d += 2) {
      down(stretches[d] as number, stretches[d + 1] as number, (h, cell, length) => {
        if (h !== hour) [hour, time, lost] = [h, 0, 0];
        time += length;
        const weekHour = hours.cell[h] as number;
        const rate = rates?.rate[weekHour] ?? Number.NaN;
        if (Number.isNaN(rate)) {
          if (cell >= 0) this.unvalued[row + cell] = (this.unvalued[row + cell] as number) + length;
          return;
        }
        const until = worth(rate, time);
        const column = columns?.lost[rates?.source[weekHour] as number];
        if (cell >= 0 && column !== undefined) column[row + cell] = (column[row + cell] as number) + until - lost;
        lost = until;
      });
    }
    const expected = columns?.expected;
    if (expected === undefined || rates === undefined) return;
    const whole = cutter(hours, slots);
    for (let o = 0; o < open.length; o += 2) {
      whole(open[o] as number, open[o + 1] as number, (h, cell, length) => {
        const rate = rates.rate[hours.cell[h] as number] as number;
        if (cell < 0 || Number.isNaN(rate)) return;
        expected[row + cell] = (expected[row + cell] as number) + (rate * length) / (RATE_SCALE * HOUR);
      });
    }
  }

  addRow(to: number, from: number): void {
    this.unvalued[to] = (this.unvalued[to] as number) + (this.unvalued[from] as number);
    for (const [currency, { lost, expected }] of this.#columns) {
      for (const column of expected === undefined ? lost : [...lost, expected]) {
        column[to] = (column[to] as number) + (column[from] as number);
      }
      const present = this.#present.get(currency) as Uint8Array;
      if (present[from] === 1) present[to] = 1;
    }
  }

  /** What was lost, in each currency that a store of the row has. */
  at(row: number): RowLoss[] {
    return this.currencies
      .filter((currency) => this.#present.get(currency)?.[row] === 1)
      .map((currency) => {
        const bySource = (this.#columns.get(currency) as CurrencyColumns).lost.map((column) => column[row] as number);
        return { currency, bySource, total: bySource.reduce((sum, amount) => sum + amount, 0) };
      });
  }

  /** What would be sold in all open time of a row, minor units. */
  expectedAt(row: number, currency: string): number {
    return this.#columns.get(currency)?.expected?.[row] ?? 0;
  }

  #columnsOf(currency: string): CurrencyColumns {
    let columns = this.#columns.get(currency);
    if (columns === undefined) {
      columns = {
        lost: RATE_SOURCES.map(() => new Float64Array(this.#rows)),
        expected: this.#withExpected ? new Float64Array(this.#rows) : undefined,
      };
      this.#columns.set(currency, columns);
      this.#present.set(currency, new Uint8Array(this.#rows));
    }
    return columns;
  }
}

/** What is sold in open time at a rate, minor units. @param time milliseconds, in which halves occur */
export function worth(rate: number, time: number): number {
  return scaled(rate, 2 * time, 2 * RATE_SCALE * HOUR);
}

/** Receives a piece of time within an hour: the index of the hour, the cell (negative: none) and the length. */
type Piece = (hour: number, cell: number, length: number) => void;

/** Cuts stretches, each of which begins after the one before, at the ends of hours and slots. */
function cutter(hours: Slots, slots: Slots): (from: number, to: number, piece: Piece) => void {
  let [h, s] = [0, 0];
  const [begin, end] = [hours.from[0] ?? 0, hours.to[hours.length - 1] ?? 0];
  return (from, to, piece) => {
    const until = Math.min(to, end);
    for (let at = Math.max(from, begin); at < until; ) {
      while ((hours.to[h] as number) <= at) h++;
      while (s < slots.length && (slots.to[s] as number) <= at) s++;
      const isIn = s < slots.length && (slots.from[s] as number) <= at;
      const next = isIn ? (slots.to[s] as number) : (slots.from[s] ?? Number.POSITIVE_INFINITY);
      const stop = Math.min(until, hours.to[h] as number, next);
      piece(h, isIn ? (slots.cell[s] as number) : -1, stop - at);
      at = stop;
    }
  };
}
