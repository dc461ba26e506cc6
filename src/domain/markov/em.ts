import type { Cells } from './cell-counts.ts';
import { INITIAL_CLASSES, type LatentClass, NEVER_DOWN, NEVER_UP } from './classes.ts';
import { CELL_FIGURES, CELLS, GapTable, gapAt, KNOTS } from './gap-table.ts';

/** The weight of the prior on the class weights, in stores. */
const CLASS_PRIOR_WEIGHT = 4;

/** The weight of the prior on the rates of a class, in changes of state. */
const RATE_PRIOR_WEIGHT = 0.5;

/** The number of updates of the rates, and of the class weights after each of them. */
const RATE_UPDATES = 8;
const WEIGHT_UPDATES = 2;

/** The first updates of the rates only need to get close, so they use about this many stores of a large sample. */
const COARSE_UPDATES = 5;
const COARSE_SAMPLE = 250;

/** The over-relaxation of the rate updates: 1 is plain EM; from 2 on it may not converge. */
const OVER_RELAXATION = 1.7;

/** Classes with a smaller weight in the fleet are dropped. */
const LEAST_WEIGHT = 0.01;

/** Log-likelihoods this far below the largest count as zero, which saves an exponential. */
const NEGLIGIBLE = -12;

/** The latent classes of a fleet, each with its weight. */
export interface Mixture {
  readonly table: GapTable;
  /** The weight of each class of `table`; they add up to 1. */
  readonly weights: Float64Array;
}

/** What the polls of a store say about its rates: the state at the first one, and the gaps between them. */
export interface Evidence {
  readonly first: number;
  readonly all: Cells;
}

/** A sample of stores to fit a mixture to: the gaps between the polls of each store. */
export class FleetSample {
  /** For each store, its gaps and the state at its first poll. */
  readonly #gaps: Cells[] = [];
  readonly #first: number[] = [];

  get stores(): number {
    return this.#gaps.length;
  }

  clear(): void {
    this.#gaps.length = 0;
    this.#first.length = 0;
  }

  add({ first, all: { cells, counts, length } }: Evidence): void {
    this.#gaps.push({ cells: cells.slice(0, length), counts: counts.slice(0, length), length });
    this.#first.push(first);
  }

  /**
   * The likelihood of the polls of a store under each class of the table, relative to the largest.
   *
   * @param out receives one number for each class, from `at` on
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

/** Turns logarithms into values relative to the largest. */
function relative(values: Float64Array, at: number, length: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = at; k < at + length; k++) if ((values[k] as number) > most) most = values[k] as number;
  for (let k = at; k < at + length; k++) {
    const below = (values[k] as number) - most;
    values[k] = below < NEGLIGIBLE ? 0 : Math.exp(below);
  }
}

/**
 * Fits a mixture to a sample of a fleet: the prior of an empirical Bayes estimate. Class weights and rates are maximum a
 * posteriori estimates by the EM algorithm; the rates use the expected times and numbers of changes between two polls
 * (Hobolth & Jensen 2011). The priors keep a small sample from being taken too literally.
 */
export function fitMixture(sample: FleetSample): Mixture {
  let classes = INITIAL_CLASSES;
  let origins = classes;
  let prior: Float64Array = Float64Array.from(
    classes,
    (latentClass) => CLASS_PRIOR_WEIGHT * initialWeight(latentClass),
  );
  let weights: Float64Array = prior.map((weight) => weight / CLASS_PRIOR_WEIGHT);
  for (let update = 0; ; update++) {
    const table = new GapTable(classes);
    const every = update < COARSE_UPDATES ? Math.max(1, Math.floor(sample.stores / COARSE_SAMPLE)) : 1;
    const stores = Array.from({ length: Math.ceil(sample.stores / every) }, (_, i) => i * every);
    const likelihoods = new Float64Array(stores.length * table.width);
    for (const [row, store] of stores.entries()) sample.likelihoods(store, table, likelihoods, row * table.width);
    for (let i = 0; i < WEIGHT_UPDATES; i++) weights = updateWeights(likelihoods, table.width, weights, prior);
    if (update === RATE_UPDATES) return { table, weights };
    const updated = updateRates(sample, stores, table, likelihoods, weights, origins);
    const kept = weights.map((_, k) => k).filter((k) => (weights[k] as number) >= LEAST_WEIGHT);
    classes = [...kept].map((k) => updated[k] as LatentClass);
    origins = [...kept].map((k) => origins[k] as LatentClass);
    prior = kept.map((k) => prior[k] as number);
    const left = kept.reduce((sum, k) => sum + (weights[k] as number), 0);
    weights = kept.map((k) => (weights[k] as number) / left);
  }
}

/** The prior weight of one of `INITIAL_CLASSES`. */
function initialWeight(latentClass: LatentClass): number {
  if (latentClass === NEVER_DOWN) return 0.25;
  if (latentClass === NEVER_UP) return 0.05;
  return 0.7 / (INITIAL_CLASSES.length - 2);
}

/**
 * The M-step for the class weights: the average of the stores' class probabilities under the current weights.
 *
 * @param likelihoods `width` numbers for each store, one for each class
 * @param prior for each class, the number of stores that the prior stands for
 */
export function updateWeights(
  likelihoods: Float64Array,
  width: number,
  weights: Float64Array,
  prior: Float64Array,
): Float64Array {
  const n = weights.length;
  const sums = prior.slice();
  let all = prior.reduce((sum, weight) => sum + weight, 0);
  for (let row = 0; row < likelihoods.length; row += width) {
    let total = 0;
    for (let k = 0; k < n; k++) total += (weights[k] as number) * (likelihoods[row + k] as number);
    if (!(total > 0)) continue;
    all++;
    for (let k = 0; k < n; k++) {
      sums[k] = (sums[k] as number) + ((weights[k] as number) * (likelihoods[row + k] as number)) / total;
    }
  }
  return sums.map((sum) => sum / all);
}

/**
 * The M-step for the rates: the expected number of changes of state divided by the expected time in which they could
 * happen, over-relaxed.
 *
 * @param stores the positions in `sample` of the rows of `likelihoods`
 * @param origins the initial rates of the classes, on which the prior is centered
 */
export function updateRates(
  sample: FleetSample,
  stores: readonly number[],
  { classes, width, figures }: GapTable,
  likelihoods: Float64Array,
  weights: Float64Array,
  origins: readonly LatentClass[],
): LatentClass[] {
  const n = classes.length;
  const gaps = classes.map(() => new Float64Array(CELLS));
  for (const [i, store] of stores.entries()) {
    const row = i * width;
    let total = 0;
    for (let k = 0; k < n; k++) total += (weights[k] as number) * (likelihoods[row + k] as number);
    for (let k = 0; k < n; k++) {
      const probability = ((weights[k] as number) * (likelihoods[row + k] as number)) / total;
      if (probability > 0.001) sample.addTo(gaps[k] as Float64Array, store, probability);
    }
  }
  return classes.map((latentClass, k) => {
    const origin = origins[k] as LatentClass;
    if (latentClass.failure === 0 || latentClass.recovery === 0) return latentClass;
    let failures = RATE_PRIOR_WEIGHT;
    let recoveries = RATE_PRIOR_WEIGHT;
    let up = RATE_PRIOR_WEIGHT / origin.failure;
    let down = RATE_PRIOR_WEIGHT / origin.recovery;
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
      failure: overRelaxed(latentClass.failure, failures / Math.max(up, 1)),
      recovery: overRelaxed(latentClass.recovery, recoveries / Math.max(down, 1)),
    };
  });
}

/** Moves a rate beyond its new value, on a logarithmic scale, so that EM converges in fewer updates. */
function overRelaxed(from: number, to: number): number {
  return from * (to / from) ** OVER_RELAXATION;
}
