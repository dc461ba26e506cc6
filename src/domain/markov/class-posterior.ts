import type { Cells } from './cell-counts.ts';
import type { Mixture } from './em.ts';
import type { GapTable } from './gap-table.ts';

/** Classes of a smaller posterior probability are left out, as long as the others have `ENOUGH` together. */
const LEAST_PROBABILITY = 0.04;
const ENOUGH = 0.7;

/** Log-probabilities this far below the largest count as zero, which saves an exponential. */
const NEGLIGIBLE = -5;

/** To which classes of its fleet a store may belong, given its polls. */
export class ClassPosterior {
  /** The posterior probability of each class for the current store, relative to the largest. */
  readonly probabilities: Float64Array;
  readonly #table: GapTable;
  /** The logarithm of each class's weight in the fleet. */
  readonly #logWeights: Float64Array;

  constructor({ table, weights }: Mixture) {
    this.#table = table;
    this.#logWeights = weights.map(Math.log);
    this.probabilities = new Float64Array(table.width);
  }

  /**
   * Computes `probabilities` for a store.
   *
   * @param first the state at its first counting poll
   * @param gaps all gaps between its polls, by cell
   * @returns the smallest probability of a class that is not left out
   */
  weigh(first: number, gaps: Cells): number {
    const { probabilities } = this;
    const classes = this.#logWeights.length;
    this.#table.logLikelihoods(first, gaps, probabilities, 0);
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const log = (probabilities[k] as number) + (this.#logWeights[k] as number);
      probabilities[k] = log;
      if (log > most) most = log;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const below = (probabilities[k] as number) - most;
      const probability = below < NEGLIGIBLE ? 0 : Math.exp(below);
      probabilities[k] = probability;
      sum += probability;
    }
    const least = LEAST_PROBABILITY * sum;
    let kept = 0;
    for (let k = 0; k < classes; k++) if ((probabilities[k] as number) >= least) kept += probabilities[k] as number;
    return kept >= ENOUGH * sum ? least : Number.MIN_VALUE;
  }
}
