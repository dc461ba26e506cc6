import { type CredibleInterval, credibleInterval } from '../markov/credible-interval.ts';
import { rounded } from '../markov/estimator.ts';
import type { PeriodPosterior } from './posterior.ts';

/** How far the time that is not monitored can be extrapolated: see `FleetModel.monitored`. */
export interface Monitored {
  /** Milliseconds of the fleet. */
  readonly fleet: number;
  /** Those of a store. */
  readonly own: () => number;
}

/** Estimates of the downtime of many rows by the Markov chain, as columns. Stores are independent, given the classes. */
export class PeriodEstimates {
  /** The expected downtime, milliseconds, so that sums are exact; and its variance. */
  readonly mean: Float64Array;
  readonly #variance: Float64Array;
  /** The log-probabilities that no store was down, and that all were. */
  readonly #never: Float64Array;
  readonly #always: Float64Array;
  /** Time about which the polls of the fleet say too little. */
  readonly #unknowable: Float64Array;
  /** Downtime that is certain, and in none of the other columns. */
  readonly #forced: Float64Array;

  constructor(rows: number) {
    const column = () => new Float64Array(rows);
    [this.mean, this.#variance, this.#never, this.#always] = [column(), column(), column(), column()];
    [this.#unknowable, this.#forced] = [column(), column()];
  }

  /** Adds one store to the rows from `row` on, one for each cell. */
  addStore(posterior: PeriodPosterior, row: number, monitored: Monitored): void {
    const { touched, mean, variance, never, always, unmonitored } = posterior;
    const isUnknowable = isBeyond(posterior, monitored);
    for (const cell of touched) {
      const at = row + cell;
      add(this.mean, at, rounded(mean[cell] as number));
      add(this.#variance, at, variance[cell] as number);
      add(this.#never, at, Math.log(never[cell] as number));
      add(this.#always, at, Math.log(always[cell] as number));
      if (isUnknowable) add(this.#unknowable, at, unmonitored[cell] as number);
    }
  }

  /** Adds downtime that is certain. */
  addForced(row: number, time: number): void {
    add(this.#forced, row, time);
  }

  /** The expected downtime of a row, milliseconds, with what is certain. */
  expected(row: number): number {
    return (this.mean[row] as number) + (this.#forced[row] as number);
  }

  /** Adds a row of these to another one. */
  addRow(row: number, from: number): void {
    for (const column of this.#columns()) {
      add(column, row, column[from] as number);
    }
  }

  /**
   * The credible interval of the downtime of a row, milliseconds. It always contains the figure of the row.
   *
   * @param known the time of the row whose state is known
   * @param down its downtime, by either estimator
   */
  interval(row: number, known: number, down: number): CredibleInterval {
    const forced = this.#forced[row] as number;
    const { low, high } = this.#uncertain(row, known - forced, down - forced);
    return { low: forced + low, high: forced + high };
  }

  #columns(): readonly Float64Array[] {
    return [this.mean, this.#variance, this.#never, this.#always, this.#unknowable, this.#forced];
  }

  #uncertain(row: number, known: number, down: number): CredibleInterval {
    const out = { low: 0, high: 0 };
    if (known === 0) return out;
    const share = {
      mean: Math.min(1, (this.mean[row] as number) / known),
      variance: (this.#variance[row] as number) / (known * known),
      none: Math.exp(this.#never[row] as number),
      all: Math.exp(this.#always[row] as number),
    };
    credibleInterval(share, out);
    const unknowable = this.#unknowable[row] as number;
    return {
      low: Math.min(down, Math.max(0, known * out.low - unknowable)),
      high: Math.max(down, Math.min(known, known * out.high + unknowable)),
    };
  }
}

/**
 * Whether a store was not monitored for longer than itself and others of its fleet were: rates that are estimated from
 * less time than they are applied to would give too narrow an interval.
 */
function isBeyond({ touched, unmonitored }: PeriodPosterior, { fleet, own }: Monitored): boolean {
  const time = touched.reduce((sum, cell) => sum + (unmonitored[cell] as number), 0);
  return time > fleet && time > own();
}

function add(column: Float64Array, at: number, value: number): void {
  column[at] = (column[at] as number) + value;
}
