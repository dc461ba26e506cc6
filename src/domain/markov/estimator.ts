import { setCoverage } from '../coverage.ts';
import type { FigureColumns } from '../figures.ts';
import { type Intervals, totalWithin } from '../interval.ts';
import { monitoredTime, unmonitoredTime } from '../monitored.ts';
import { nearest, newEstimate } from '../nearest.ts';
import type { PollColumns } from '../polls.ts';
import { allOf, type Batch, eachStore, type StoreRange, type VisitStore } from '../uptime.ts';
import { POLL_REACH, WINDOWS } from '../window.ts';
import type { LatentClass } from './classes.ts';
import { credibleInterval } from './credible-interval.ts';
import { FleetSample, fitMixture } from './em.ts';
import { GapTable } from './gap-table.ts';
import { StoreGaps, WINDOW_BANDS } from './gaps.ts';
import { DowntimePosterior } from './posterior.ts';

/** How uptime is estimated from polls: by the rule `nearest`, or as its expectation under a Markov chain. */
export const ESTIMATORS = ['nearest', 'markov'] as const;
export type EstimatorName = (typeof ESTIMATORS)[number];

/** The number of stores that the mixture is fitted to; more would not improve it. */
export const SAMPLE = 1000;

/** Unmonitored time is extrapolated for no longer than this many stores of the sample, or the store itself, were monitored. */
export const ENOUGH_STORES = 200;

/** What an estimate takes from the fleet as a whole. It can be sent to other threads. */
export interface FleetModel {
  readonly classes: readonly LatentClass[];
  /** The weight of each class; they add up to 1. */
  readonly weights: Float64Array;
  /** The open time for which `ENOUGH_STORES` of the sample were monitored, milliseconds; 0: there are fewer. */
  readonly monitored: number;
}

/**
 * Estimates the uptime of a fleet batch by batch, with details: the figures by either estimator, the details by the
 * Markov chain. The mixture of the fleet is fitted to a sample of the first batch.
 *
 * One instance can serve many fleets, one after the other. Keep it: V8 discards the optimized code of a class with its
 * last instance, after which the next report takes nearly twice as long.
 */
export class FleetEstimator {
  readonly #gaps = new StoreGaps();
  readonly #sample = new FleetSample();
  #model: FleetModel | undefined;
  #downtime: DowntimePosterior | undefined;

  /** Fits the model of a new fleet to a sample spread over the batch. */
  learn(batch: Batch, asOf: number): FleetModel {
    const sample = this.#sample;
    sample.clear();
    const monitored: number[] = [];
    const stores = allOf(batch);
    const every = Math.max(1, Math.floor((stores.end - stores.first) / SAMPLE));
    const visit = (_store: number, open: Intervals, first: number, last: number): void => {
      if (!this.#gaps.gather(open, batch.polls, first, last, asOf)) return;
      sample.add(this.#gaps);
      monitored.push(monitoredTime(open, batch.polls, first, last, asOf - POLL_REACH, asOf));
    };
    eachStore(batch, asOf, visit, stores, every);
    monitored.sort((a, b) => b - a);
    const { table, weights } = fitMixture(sample);
    return { classes: table.classes, weights, monitored: monitored[ENOUGH_STORES - 1] ?? 0 };
  }

  /** Estimates the stores of the fleet whose model this is from now on. */
  use(model: FleetModel): DowntimePosterior {
    if (this.#downtime === undefined || model !== this.#model) {
      const { classes, weights } = model;
      this.#downtime = new DowntimePosterior({ table: new GapTable(classes), weights });
      this.#model = model;
    }
    return this.#downtime;
  }

  /**
   * Estimates the stores of a batch. Calls `learn` first if there is no model.
   *
   * @param name the estimator of uptime and downtime
   * @param figures receives the figures and details
   * @param offset the row of the batch's first store in `figures`
   * @param stores the stores of the batch to estimate; all, if not given
   */
  estimate(
    name: EstimatorName,
    batch: Batch,
    asOf: number,
    figures: FigureColumns,
    offset: number,
    stores: StoreRange = allOf(batch),
  ): void {
    const downtime = this.use(this.#model ?? this.learn(batch, asOf));
    const { mean, variance, never, always, longestGap } = downtime;
    const rule = newEstimate();
    const share = { mean: 0, variance: 0, none: 0, all: 0 };
    const interval = { low: 0, high: 0 };
    const visit: VisitStore = (store, open, first, last, unknown) => {
      const known = this.#gaps.gather(open, batch.polls, first, last, asOf);
      if (known) downtime.estimate(open, this.#gaps, asOf);
      if (name === 'nearest') nearest(open, batch.polls, first, last, asOf, rule);
      let polls = 0;
      for (let w = 0; w < WINDOWS.length; w++) {
        polls += this.#gaps.polls[WINDOW_BANDS - 1 - w] as number;
        const from = asOf - (WINDOWS[w] as number);
        const openTime = known ? (downtime.open[w] as number) : totalWithin(open, from, asOf);
        const unknownTime = totalWithin(unknown, from, asOf);
        if (!known || openTime === 0) {
          figures.set(offset + store, w, 0, 0, openTime + unknownTime);
          figures.setDetails(offset + store, w, 0, openTime + unknownTime, openTime + unknownTime, polls);
          continue;
        }
        const down = Math.min(openTime, mean[w] as number);
        const expected = name === 'nearest' ? (rule.up[w] as number) : openTime - down;
        const up = unknownTime === 0 ? expected : rounded(expected);
        share.mean = down / openTime;
        share.variance = (variance[w] as number) / (openTime * openTime);
        share.none = never[w] as number;
        share.all = always[w] as number;
        credibleInterval(share, interval);
        const unknowable = this.#unknowable(open, batch.polls, first, last, asOf, w, openTime);
        // The interval always contains the estimate itself, even where that is by the rule `nearest`.
        const low = Math.min(up, Math.max(0, openTime * (1 - interval.high) - unknowable));
        const high = Math.max(up, Math.min(openTime, openTime * (1 - interval.low) + unknowable));
        figures.set(offset + store, w, up, openTime - up, openTime + unknownTime);
        // Any part of the unknown time may be up.
        const longest = Math.max(longestGap[w] as number, unknownTime);
        figures.setDetails(offset + store, w, low, high + unknownTime, longest, polls);
      }
      figures.pollsCounted[offset + store] = polls + (this.#gaps.polls[0] as number);
      setCoverage(figures, offset + store, open, batch.polls, first, last, asOf);
    };
    eachStore(batch, asOf, visit, stores);
  }

  /**
   * The unmonitored time of a window, if it is longer than this store and the others of its fleet were monitored; else 0.
   * Rates estimated from less time than they are applied to would give too narrow an interval.
   */
  #unknowable(
    open: Intervals,
    polls: PollColumns,
    first: number,
    last: number,
    asOf: number,
    window: number,
    openTime: number,
  ): number {
    const enough = this.#model?.monitored ?? 0;
    if (openTime <= enough) return 0;
    const unmonitored = unmonitoredTime(open, polls, first, last, asOf - (WINDOWS[window] as number), asOf);
    if (unmonitored <= enough) return 0;
    return unmonitored > monitoredTime(open, polls, first, last, asOf - POLL_REACH, asOf) ? unmonitored : 0;
  }
}

/** Rounds to 1/1024 ms, so that sums and differences of such times are exact. */
export function rounded(time: number): number {
  return Math.round(time * 1024) / 1024;
}
