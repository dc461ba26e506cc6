import { FigureColumns } from '../../src/domain/figures.ts';
import { FleetEstimator } from '../../src/domain/markov/estimator.ts';
import { batchUptime, eachStore } from '../../src/domain/uptime.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import type { KnownFleet } from '../../test/support/simulated.ts';
import { countingPolls, lastState, shareOfPolls } from './rivals.ts';

export const METHODS = ['share of polls', 'last state', 'nearest', 'markov'] as const;
export type Method = (typeof METHODS)[number];

/** Errors of one method in one window, as shares of the open time. */
export interface Errors {
  readonly bias: number;
  readonly absolute: number;
  readonly squared: number;
  /** The share of stores for which it is off by more than a quarter of the open time. */
  readonly farOff: number;
}

/** The coverage of the 90 % credible intervals of one window. */
export interface Coverage {
  /** The share of stores whose true uptime is within the interval. */
  readonly inside: number;
  /** The same among uncertain stores: those with no end of the interval at the estimate itself. */
  readonly insideInQuestion: number;
  /** The share of uncertain stores. */
  readonly inQuestion: number;
  /** Mean width, as a share of the open time. */
  readonly width: number;
}

export interface WindowScores {
  /** The number of stores that are open in the window and have a counting poll. */
  readonly stores: number;
  readonly errors: Readonly<Record<Method, Errors>>;
  readonly coverage: Coverage;
}

/** The tolerance for rounding, milliseconds. */
const TOLERANCE = 1;

/** The scores of each method on fleets whose true uptime is known, for each of `WINDOWS`. */
export function score(fleets: readonly KnownFleet[]): WindowScores[] {
  const tallies = WINDOWS.map(() => new Tally());
  for (const fleet of fleets) tallyFleet(fleet, tallies);
  return tallies.map((tally) => tally.scores());
}

function tallyFleet({ batch, asOf, up: truth }: KnownFleet, tallies: readonly Tally[]): void {
  const markov = new FigureColumns(batch.schedule.stores, true);
  new FleetEstimator().estimate('markov', batch, asOf, markov, 0);
  const nearest = new FigureColumns(batch.schedule.stores);
  batchUptime(batch, asOf, nearest, 0);
  eachStore(batch, asOf, (store, open, first, last) => {
    const seen = countingPolls(open, batch.polls, first, last);
    if (seen.length === 0) return;
    const share = shareOfPolls(seen, open, asOf);
    const held = lastState(seen, open, asOf);
    for (const [w, tally] of tallies.entries()) {
      const openTime = markov.open(store, w);
      if (openTime === 0) continue;
      const real = truth[store * WINDOWS.length + w] as number;
      const guesses = [share[w] ?? 0, held[w] ?? 0, nearest.up(store, w), markov.up(store, w)];
      tally.add(guesses.map((guess) => (guess - real) / openTime));
      const [low, high] = [markov.low(store, w), markov.high(store, w)];
      const inQuestion = low < markov.up(store, w) && high > markov.up(store, w);
      tally.addRange(real >= low - TOLERANCE && real <= high + TOLERANCE, (high - low) / openTime, inQuestion);
    }
  });
}

class Tally {
  #stores = 0;
  readonly #sums = METHODS.map(() => ({ bias: 0, absolute: 0, squared: 0, farOff: 0 }));
  #inside = 0;
  #width = 0;
  #inQuestion = 0;
  #insideInQuestion = 0;

  add(errors: readonly number[]): void {
    this.#stores++;
    for (const [i, sums] of this.#sums.entries()) {
      const error = errors[i] ?? 0;
      sums.bias += error;
      sums.absolute += Math.abs(error);
      sums.squared += error * error;
      if (Math.abs(error) > 0.25) sums.farOff++;
    }
  }

  addRange(inside: boolean, width: number, inQuestion: boolean): void {
    if (inside) this.#inside++;
    this.#width += width;
    if (inQuestion) {
      this.#inQuestion++;
      if (inside) this.#insideInQuestion++;
    }
  }

  scores(): WindowScores {
    const errors = METHODS.map((method, i) => {
      const { bias, absolute, squared, farOff } = this.#sums[i] ?? { bias: 0, absolute: 0, squared: 0, farOff: 0 };
      const n = this.#stores;
      const means = { bias: bias / n, absolute: absolute / n, squared: Math.sqrt(squared / n), farOff: farOff / n };
      return [method, means] as const;
    });
    return {
      stores: this.#stores,
      errors: Object.fromEntries(errors) as Record<Method, Errors>,
      coverage: {
        inside: this.#inside / this.#stores,
        insideInQuestion: this.#insideInQuestion / this.#inQuestion,
        inQuestion: this.#inQuestion / this.#stores,
        width: this.#width / this.#stores,
      },
    };
  }
}
