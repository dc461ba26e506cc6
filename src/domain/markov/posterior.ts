import { type Intervals, totalWithin } from '../interval.ts';
import { WINDOWS } from '../window.ts';
import type { CellCounts } from './cell-counts.ts';
import type { LatentClass } from './classes.ts';
import { CutGaps } from './cut-gaps.ts';
import type { Mixture } from './em.ts';
import { type GapTable, IMPOSSIBLE } from './gap-table.ts';
import { type StoreGaps, WINDOW_BANDS } from './gaps.ts';
import { DowntimeSums } from './posterior-sums.ts';
import { GapSegmentTable } from './segment-table.ts';
import type { Rates } from './transition.ts';

/** A class with a smaller share of what is likely is left out of a store's estimate, if there is this much beside it. */
const LEAST_SHARE = 0.04;
const ENOUGH = 0.7;

/** Kinds that are this much less likely than the likeliest are not worth an exponential. */
const NEGLIGIBLE = -5;

/**
 * What is known of the open time that a store was down in each of `WINDOWS`, given its polls and the classes of store
 * that it may be. Gaps between polls are independent given the polls and the class, so their figures add up.
 */
export class DowntimePosterior {
  /** The open time in milliseconds. */
  readonly open = new Float64Array(WINDOWS.length);
  /** Expected downtime in milliseconds, and the variance around it; that of not knowing the class is part of it. */
  readonly mean = new Float64Array(WINDOWS.length);
  readonly variance = new Float64Array(WINDOWS.length);
  /** The probabilities that the store was up, and that it was down, for all of the open time. */
  readonly never = new Float64Array(WINDOWS.length);
  readonly always = new Float64Array(WINDOWS.length);
  /** The most open time between one poll that counts and the next, or the window's edge. */
  readonly longestGap = new Float64Array(WINDOWS.length);

  readonly #table: GapTable;
  /** The logarithm of each class's share of the fleet. */
  readonly #priors: Float64Array;
  /** How likely the store at hand is to be of each class, beside the likeliest. */
  readonly #shares: Float64Array;
  readonly #segmentTable: GapSegmentTable;
  readonly #cut = new CutGaps();
  /** Of the class at hand. */
  readonly #sums = new DowntimeSums();
  /** What a store of each class does while it is seen up, and while it is seen down. */
  readonly #fromUp: readonly Rates[];
  readonly #fromDown: readonly Rates[];

  /** @param fleet the classes of store that there are */
  constructor({ table, shares }: Mixture) {
    const { classes } = table;
    this.#table = table;
    this.#priors = shares.map(Math.log);
    this.#shares = new Float64Array(table.width);
    this.#segmentTable = new GapSegmentTable(table);
    this.#fromUp = classes.map(({ failure, recovery }) => ({ enter: failure, leave: recovery }));
    this.#fromDown = classes.map(({ failure, recovery }) => ({ enter: recovery, leave: failure }));
  }

  /**
   * @param open the store's open intervals, complete over the windows
   * @param gaps what was gathered of its polls, at least one of which counts
   */
  estimate(open: Intervals, gaps: StoreGaps, asOf: number): void {
    this.#begin(open, gaps, asOf);
    const least = this.#weigh(gaps);
    let kept = 0;
    for (let k = 0; k < this.#priors.length; k++) {
      const share = this.#shares[k] as number;
      if (share < least) continue;
      kept += share;
      this.#addClass(k, share, gaps);
    }
    for (let w = 0; w < WINDOWS.length; w++) {
      const mean = (this.mean[w] as number) / kept;
      this.mean[w] = mean;
      this.variance[w] = Math.max(0, (this.variance[w] as number) / kept - mean * mean);
      this.never[w] = (this.never[w] as number) / kept;
      this.always[w] = (this.always[w] as number) / kept;
    }
  }

  /** How likely each class is by the polls and by its share of the fleet; returns from which share on it counts. */
  #weigh({ first, all }: StoreGaps): number {
    const shares = this.#shares;
    const classes = this.#priors.length;
    this.#table.logLikelihoods(first, all, shares, 0);
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const log = (shares[k] as number) + (this.#priors[k] as number);
      shares[k] = log;
      if (log > most) most = log;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const below = (shares[k] as number) - most;
      const share = below < NEGLIGIBLE ? 0 : Math.exp(below);
      shares[k] = share;
      sum += share;
    }
    let kept = 0;
    for (let k = 0; k < classes; k++) if ((shares[k] as number) >= LEAST_SHARE * sum) kept += shares[k] as number;
    return kept >= ENOUGH * sum ? LEAST_SHARE * sum : Number.MIN_VALUE;
  }

  /** What is the same for all classes. */
  #begin(open: Intervals, gaps: StoreGaps, asOf: number): void {
    this.#cut.set(open, gaps, asOf);
    let longestGap = 0;
    for (let w = 0; w < WINDOWS.length; w++) {
      this.mean[w] = 0;
      this.variance[w] = 0;
      this.never[w] = 0;
      this.always[w] = 0;
      this.open[w] = totalWithin(open, asOf - (WINDOWS[w] as number), asOf);
      longestGap = Math.max(longestGap, gaps.longest[WINDOW_BANDS - 1 - w] as number);
      this.longestGap[w] = Math.max(longestGap, this.#cut.longestGap[w] as number);
    }
  }

  /** Adds what a store of one latentClass would have done: in `mean` and the others, moments about 0 times its share. */
  #addClass(k: number, share: number, { segments }: StoreGaps): void {
    const { failure, recovery } = this.#table.classes[k] as LatentClass;
    const sums = this.#sums;
    sums.clear();
    // With these there is nothing to add up: a single poll to the contrary, and the share is 0.
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
      this.mean[w] = (this.mean[w] as number) + share * mean;
      this.variance[w] = (this.variance[w] as number) + share * ((sums.variance[w] as number) + mean * mean);
      this.never[w] = (this.never[w] as number) + share * probability(sums.never[w] as number);
      this.always[w] = (this.always[w] as number) + share * probability(sums.always[w] as number);
    }
  }
}

/** Of its logarithm; most are out of the question, and an exponential takes its time. */
function probability(log: number): number {
  return log < -30 ? 0 : Math.exp(log);
}
