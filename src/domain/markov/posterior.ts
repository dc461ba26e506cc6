import { type Intervals, totalWithin } from '../interval.ts';
import { WINDOWS } from '../window.ts';
import type { CellCounts } from './cell-counts.ts';
import { ClassPosterior } from './class-posterior.ts';
import type { LatentClass } from './classes.ts';
import { CutGaps } from './cut-gaps.ts';
import type { Mixture } from './em.ts';
import { type GapTable, IMPOSSIBLE } from './gap-table.ts';
import { type StoreGaps, WINDOW_BANDS } from './gaps.ts';
import { DowntimeSums } from './posterior-sums.ts';
import { GapSegmentTable } from './segment-table.ts';
import type { Rates } from './transition.ts';

/**
 * The posterior of a store's downtime in each of `WINDOWS`, given its polls and the mixture of its fleet. Gaps between
 * polls are independent given the polls and the class, so that their figures add up.
 */
export class DowntimePosterior {
  /** Open time in milliseconds. */
  readonly open = new Float64Array(WINDOWS.length);
  /** Expected downtime in milliseconds, and its variance, which includes the uncertainty about the class. */
  readonly mean = new Float64Array(WINDOWS.length);
  readonly variance = new Float64Array(WINDOWS.length);
  /** The probabilities that the store was up, and that it was down, for all of the open time. */
  readonly never = new Float64Array(WINDOWS.length);
  readonly always = new Float64Array(WINDOWS.length);
  /** The longest open time between two consecutive counting polls, or a poll and the window's edge, milliseconds. */
  readonly longestGap = new Float64Array(WINDOWS.length);

  readonly #table: GapTable;
  readonly #posterior: ClassPosterior;
  readonly #segmentTable: GapSegmentTable;
  readonly #cut = new CutGaps();
  /** The sums of the current class. */
  readonly #sums = new DowntimeSums();
  /** The rates of each class as a bridge needs them, from a poll that saw the store up, and from one that saw it down. */
  readonly #fromUp: readonly Rates[];
  readonly #fromDown: readonly Rates[];

  /** @param mixture the mixture of the store's fleet */
  constructor(mixture: Mixture) {
    const { table } = mixture;
    const { classes } = table;
    this.#table = table;
    this.#posterior = new ClassPosterior(mixture);
    this.#segmentTable = new GapSegmentTable(table);
    this.#fromUp = classes.map(({ failure, recovery }) => ({ enter: failure, leave: recovery }));
    this.#fromDown = classes.map(({ failure, recovery }) => ({ enter: recovery, leave: failure }));
  }

  /**
   * Computes the posterior of one store.
   *
   * @param open the store's open intervals, complete over the windows
   * @param gaps the gaps between its polls, with at least one counting poll
   */
  estimate(open: Intervals, gaps: StoreGaps, asOf: number): void {
    this.#begin(open, gaps, asOf);
    const { probabilities } = this.#posterior;
    const least = this.#posterior.weigh(gaps.first, gaps.all);
    let kept = 0;
    for (let k = 0; k < this.#table.classes.length; k++) {
      const probability = probabilities[k] as number;
      if (probability < least) continue;
      kept += probability;
      this.#addClass(k, probability, gaps);
    }
    for (let w = 0; w < WINDOWS.length; w++) {
      const mean = (this.mean[w] as number) / kept;
      this.mean[w] = mean;
      this.variance[w] = Math.max(0, (this.variance[w] as number) / kept - mean * mean);
      this.never[w] = (this.never[w] as number) / kept;
      this.always[w] = (this.always[w] as number) / kept;
    }
  }

  /** Computes what does not depend on the class. */
  #begin(open: Intervals, gaps: StoreGaps, asOf: number): void {
    this.#cut.set(open, gaps, asOf);
    let longest = 0;
    for (let w = 0; w < WINDOWS.length; w++) {
      this.mean[w] = 0;
      this.variance[w] = 0;
      this.never[w] = 0;
      this.always[w] = 0;
      this.open[w] = totalWithin(open, asOf - (WINDOWS[w] as number), asOf);
      longest = Math.max(longest, gaps.longest[WINDOW_BANDS - 1 - w] as number);
      this.longestGap[w] = Math.max(longest, this.#cut.longestGap[w] as number);
    }
  }

  /** Adds the moments about 0 of one class, times its probability, to `mean`, `variance`, `never` and `always`. */
  #addClass(k: number, probability: number, { segments }: StoreGaps): void {
    const { failure, recovery } = this.#table.classes[k] as LatentClass;
    const sums = this.#sums;
    sums.clear();
    // These classes never change their state, so a single poll of the other state would rule them out.
    if (failure === 0 || recovery === 0) {
      for (let w = 0; w < WINDOWS.length; w++) {
        if (failure === 0) sums.add(w, w, 0, 0, 0, IMPOSSIBLE);
        else sums.add(w, w, this.open[w] as number, 0, IMPOSSIBLE, 0);
      }
    } else {
      const { shared, own } = this.#cut;
      const longest = WINDOWS.length - 1;
      for (let w = 0; w <= longest; w++) {
        sums.addSegments(w, longest, this.#segmentTable, k, segments[WINDOW_BANDS - 1 - w] as CellCounts);
        sums.addSegments(w, longest, this.#segmentTable, k, shared[w] as CellCounts);
        sums.addSegments(w, w, this.#segmentTable, k, own[w] as CellCounts);
      }
      this.#cut.addBridges(sums, this.#fromUp[k] as Rates, this.#fromDown[k] as Rates);
    }
    for (let w = 0; w < WINDOWS.length; w++) {
      const mean = sums.mean[w] as number;
      this.mean[w] = (this.mean[w] as number) + probability * mean;
      this.variance[w] = (this.variance[w] as number) + probability * ((sums.variance[w] as number) + mean * mean);
      this.never[w] = (this.never[w] as number) + probability * fromLog(sums.never[w] as number);
      this.always[w] = (this.always[w] as number) + probability * fromLog(sums.always[w] as number);
    }
  }
}

/** A probability from its logarithm; most are practically 0, for which the exponential is saved. */
function fromLog(log: number): number {
  return log < -30 ? 0 : Math.exp(log);
}
