import type { Cells } from './cell-counts.ts';
import { INITIAL_CLASSES, type LatentClass, NEVER_DOWN, NEVER_UP } from './classes.ts';
import { CELL_FIGURES, CELLS, GapTable, gapAt, KNOTS } from './gap-table.ts';
import type { StoreGaps } from './gaps.ts';

/** As if so many stores of any fleet had been seen beside those of this one. */
const DOUBT = 4;

/** As if each class had been seen to change its state so many times at the rates that it begun with. */
const INERTIA = 0.5;

/** How often the classes move, and how often their shares are settled in between. */
const MOVES = 8;
const SETTLINGS = 2;

/** Until the classes have found their places, these many of a large sample are enough; the last moves look at all. */
const FIRST_MOVES = 5;
const FEW = 250;

/** By how much the classes overstep: 1 is plain EM, and from 2 on it need not settle. */
const HASTE = 1.7;

/** A class with a smaller share of the fleet is dropped. */
const LEAST_SHARE = 0.01;

/** Kinds that are this much less likely than the likeliest are not worth an exponential. */
const NEGLIGIBLE = -12;

/** A fleet as a mixture of classes of store. */
export interface Mixture {
  readonly table: GapTable;
  /** The share of each of the classes of `table`; they add up to 1. */
  readonly shares: Float64Array;
}

/** The polls of a sample of stores, as far as they say something about rates. */
export class FleetSample {
  /** The gaps of each store, and the state that its first poll saw. */
  readonly #gaps: Cells[] = [];
  readonly #first: number[] = [];

  get stores(): number {
    return this.#gaps.length;
  }

  clear(): void {
    this.#gaps.length = 0;
    this.#first.length = 0;
  }

  add({ first, all: { cells, counts, length } }: StoreGaps): void {
    this.#gaps.push({ cells: cells.slice(0, length), counts: counts.slice(0, length), length });
    this.#first.push(first);
  }

  /**
   * How likely the polls of a store are for each class of the table, as a share of the likeliest.
   *
   * @param out receives the numbers, from `at` on
   */
  likelihoods(store: number, table: GapTable, out: Float64Array, at: number): void {
    table.logLikelihoods(this.#first[store] as number, this.#gaps[store] as Cells, out, at);
    relative(out, at, table.classes.length);
  }

  /** Adds the gaps of a store to `sums`, with a weight. */
  addTo(sums: Float64Array, store: number, weight: number): void {
    const { cells, counts, length } = this.#gaps[store] as Cells;
    for (let i = 0; i < length; i++) {
      const cell = cells[i] as number;
      sums[cell] = (sums[cell] as number) + weight * (counts[i] as number);
    }
  }
}

/** From logarithms to shares of the largest. */
function relative(values: Float64Array, at: number, length: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = at; k < at + length; k++) if ((values[k] as number) > most) most = values[k] as number;
  for (let k = at; k < at + length; k++) {
    const below = (values[k] as number) - most;
    values[k] = below < NEGLIGIBLE ? 0 : Math.exp(below);
  }
}

/**
 * Learns how a fleet is made up, from a sample of its stores: the prior of an empirical Bayes estimate. Both the shares
 * of the classes and their rates are those of maximum likelihood, by the EM algorithm (for the rates with the expected
 * times and numbers of changes between two polls, Hobolth & Jensen 2011), and lean on those of any fleet a little, so
 * that a handful of stores does not teach too much.
 */
export function learnFleet(sample: FleetSample): Mixture {
  return lastOf(learningFleet(sample));
}

/** What a work in steps comes to, done in one go. */
export function lastOf<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps of some milliseconds. */
export function* learningFleet(sample: FleetSample): Generator<void, Mixture> {
  let classes = INITIAL_CLASSES;
  let origins = classes;
  let doubt: Float64Array = Float64Array.from(classes, (latentClass) => DOUBT * initialWeight(latentClass));
  let shares: Float64Array = doubt.map((weight) => weight / DOUBT);
  for (let move = 0; ; move++) {
    const table = new GapTable(classes);
    const every = move < FIRST_MOVES ? Math.max(1, Math.floor(sample.stores / FEW)) : 1;
    const stores = Array.from({ length: Math.ceil(sample.stores / every) }, (_, i) => i * every);
    const weights = new Float64Array(stores.length * table.width);
    for (const [row, store] of stores.entries()) sample.likelihoods(store, table, weights, row * table.width);
    yield;
    for (let i = 0; i < SETTLINGS; i++) shares = settle(weights, table.width, shares, doubt);
    yield;
    if (move === MOVES) return { table, shares };
    const moved = updateRates(sample, stores, table, weights, shares, origins);
    const kept = shares.map((_, k) => k).filter((k) => (shares[k] as number) >= LEAST_SHARE);
    classes = [...kept].map((k) => moved[k] as LatentClass);
    origins = [...kept].map((k) => origins[k] as LatentClass);
    doubt = kept.map((k) => doubt[k] as number);
    const left = kept.reduce((sum, k) => sum + (shares[k] as number), 0);
    shares = kept.map((k) => (shares[k] as number) / left);
  }
}

function initialWeight(latentClass: LatentClass): number {
  if (latentClass === NEVER_DOWN) return 0.25;
  if (latentClass === NEVER_UP) return 0.05;
  return 0.7 / (INITIAL_CLASSES.length - 2);
}

/** The shares that the stores have on average, given those from before. */
function settle(likelihoods: Float64Array, width: number, shares: Float64Array, doubt: Float64Array): Float64Array {
  const n = shares.length;
  const sums = doubt.slice();
  let all = doubt.reduce((sum, weight) => sum + weight, 0);
  for (let row = 0; row < likelihoods.length; row += width) {
    let total = 0;
    for (let k = 0; k < n; k++) total += (shares[k] as number) * (likelihoods[row + k] as number);
    if (!(total > 0)) continue;
    all++;
    for (let k = 0; k < n; k++) {
      sums[k] = (sums[k] as number) + ((shares[k] as number) * (likelihoods[row + k] as number)) / total;
    }
  }
  return sums.map((sum) => sum / all);
}

/** The classes with the rates that their stores are expected to have shown: changes by time in which they could happen. */
function updateRates(
  sample: FleetSample,
  stores: readonly number[],
  { classes, width, figures }: GapTable,
  likelihoods: Float64Array,
  shares: Float64Array,
  origins: readonly LatentClass[],
): LatentClass[] {
  const n = classes.length;
  const gaps = classes.map(() => new Float64Array(CELLS));
  for (const [i, store] of stores.entries()) {
    const row = i * width;
    let total = 0;
    for (let k = 0; k < n; k++) total += (shares[k] as number) * (likelihoods[row + k] as number);
    for (let k = 0; k < n; k++) {
      const weight = ((shares[k] as number) * (likelihoods[row + k] as number)) / total;
      if (weight > 0.001) sample.addTo(gaps[k] as Float64Array, store, weight);
    }
  }
  return classes.map((latentClass, k) => {
    const origin = origins[k] as LatentClass;
    if (latentClass.failure === 0 || latentClass.recovery === 0) return latentClass;
    let failures = INERTIA;
    let recoveries = INERTIA;
    let up = INERTIA / origin.failure;
    let down = INERTIA / origin.recovery;
    const counts = gaps[k] as Float64Array;
    for (let cell = 0; cell < CELLS; cell++) {
      const count = counts[cell] as number;
      if (count === 0) continue;
      const at = (k * CELLS + cell) * CELL_FIGURES;
      const downtime = figures[at] as number;
      const wentDown = figures[at + 4] as number;
      const ends = Math.floor(cell / KNOTS);
      failures += count * wentDown;
      recoveries += count * (wentDown + (ends & 1) - (ends >> 1));
      down += count * downtime;
      up += count * (gapAt(cell % KNOTS) - downtime);
    }
    return {
      failure: onwards(latentClass.failure, failures / Math.max(up, 1)),
      recovery: onwards(latentClass.recovery, recoveries / Math.max(down, 1)),
    };
  });
}

/** A rate on its way from one value to the next, and as far again beyond as makes the EM algorithm arrive sooner. */
function onwards(from: number, to: number): number {
  return from * (to / from) ** HASTE;
}
