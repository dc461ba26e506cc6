import type { ReportDetails } from '../details.ts';
import { type Intervals, totalWithin } from '../interval.ts';
import { monitoredTime, unmonitoredTime } from '../monitored.ts';
import { nearest, newEstimate } from '../nearest.ts';
import type { PollColumns } from '../polls.ts';
import { allOf, type Batch, eachStore, type StoreRange, type UptimeFigures, type VisitStore } from '../uptime.ts';
import { POLL_REACH, WINDOWS } from '../window.ts';
import { credibleInterval } from './credible-interval.ts';
import { FleetSample, fitMixtureInSteps, runToEnd } from './em.ts';
import { StoreGaps, WINDOW_BANDS } from './gaps.ts';
import { DowntimePosterior } from './posterior.ts';

/** How uptime is estimated from polls: by the rule `nearest`, or as what a Markov chain expects. */
export const ESTIMATORS = ['nearest', 'markov'] as const;
export type EstimatorName = (typeof ESTIMATORS)[number];

/** So many stores teach what the fleet is like; more would say the same again. */
const SAMPLE = 1000;

/** So many of them are looked at in one step. */
const SAMPLED_AT_ONCE = 100;

/** An interval looks beyond the polls of a store for no longer than this many stores were monitored, or that store itself. */
const ENOUGH_STORES = 200;

/**
 * The last estimator, kept until the next: with the last object of a class V8 throws away what it optimised for them, and
 * the next report would take nearly twice the time.
 */
const kept: { last?: FleetEstimator } = {};

/**
 * Estimates the uptime of a fleet batch by batch, and how sure that is: the number by either estimator, the rest by the
 * chain. What the fleet is like it learns first, from one batch.
 */
export class FleetEstimator {
  readonly #name: EstimatorName;
  readonly #gaps = new StoreGaps();
  readonly #sample = new FleetSample();
  #downtime: DowntimePosterior | undefined;
  /** For how much open time `ENOUGH_STORES` of the sampled stores were monitored; 0: there are fewer. Milliseconds. */
  #monitored = 0;

  constructor(name: EstimatorName) {
    this.#name = name;
    kept.last = this;
  }

  /** Learns what the fleet is like, in steps of some milliseconds, from a sample that is spread over the batch. */
  *learn(batch: Batch, asOf: number): Generator<void, DowntimePosterior> {
    const sample = this.#sample;
    sample.clear();
    const monitored: number[] = [];
    const { first, end } = allOf(batch);
    const every = Math.max(1, Math.floor((end - first) / SAMPLE));
    const visit = (_store: number, open: Intervals, first: number, last: number): void => {
      if (!this.#gaps.gather(open, batch.polls, first, last, asOf)) return;
      sample.add(this.#gaps);
      monitored.push(monitoredTime(open, batch.polls, first, last, asOf - POLL_REACH, asOf));
    };
    const step = SAMPLED_AT_ONCE * every;
    for (let from = first; from < end; from += step) {
      eachStore(batch, asOf, visit, { first: from, end: Math.min(end, from + step) }, every);
      yield;
    }
    monitored.sort((a, b) => b - a);
    this.#monitored = monitored[ENOUGH_STORES - 1] ?? 0;
    this.#downtime = new DowntimePosterior(yield* fitMixtureInSteps(sample));
    return this.#downtime;
  }

  /**
   * Estimates the stores of a batch; if nothing has been learned yet, that comes first.
   *
   * @param offset where the batch's first store stands in `figures` and `details`
   * @param stores which of the batch; all, if not given
   */
  estimate(
    batch: Batch,
    asOf: number,
    figures: UptimeFigures,
    details: ReportDetails,
    offset: number,
    stores: StoreRange = allOf(batch),
  ): void {
    const downtime = this.#downtime ?? runToEnd(this.learn(batch, asOf));
    const { mean, variance, never, always, longestGap } = downtime;
    const rule = newEstimate();
    const share = { mean: 0, variance: 0, none: 0, all: 0 };
    const interval = { low: 0, high: 0 };
    const visit: VisitStore = (store, open, first, last, unknown) => {
      const known = this.#gaps.gather(open, batch.polls, first, last, asOf);
      if (known) downtime.estimate(open, this.#gaps, asOf);
      if (this.#name === 'nearest') nearest(open, batch.polls, first, last, asOf, rule);
      let polls = 0;
      for (let w = 0; w < WINDOWS.length; w++) {
        polls += this.#gaps.polls[WINDOW_BANDS - 1 - w] as number;
        const from = asOf - (WINDOWS[w] as number);
        const openTime = known ? (downtime.open[w] as number) : totalWithin(open, from, asOf);
        const unknownTime = totalWithin(unknown, from, asOf);
        if (!known || openTime === 0) {
          figures.set(offset + store, w, 0, 0, openTime + unknownTime);
          details.set(offset + store, w, 0, openTime + unknownTime, openTime + unknownTime, polls);
          continue;
        }
        const down = Math.min(openTime, mean[w] as number);
        const expected = this.#name === 'nearest' ? (rule.up[w] as number) : openTime - down;
        const up = unknownTime === 0 ? expected : exact(expected);
        share.mean = down / openTime;
        share.variance = (variance[w] as number) / (openTime * openTime);
        share.none = never[w] as number;
        share.all = always[w] as number;
        credibleInterval(share, interval);
        const unknowable = this.#unknowable(open, batch.polls, first, last, asOf, w, openTime);
        // An interval that leaves out its own number would puzzle: it reaches at least to there.
        const low = Math.min(up, Math.max(0, openTime * (1 - interval.high) - unknowable));
        const high = Math.max(up, Math.min(openTime, openTime * (1 - interval.low) + unknowable));
        figures.set(offset + store, w, up, openTime - up, openTime + unknownTime);
        // Nothing is seen of unknown time: all of it may be up, and all of it down.
        const longest = Math.max(longestGap[w] as number, unknownTime);
        details.set(offset + store, w, low, high + unknownTime, longest, polls);
      }
      figures.counted[offset + store] = polls + (this.#gaps.polls[0] as number);
    };
    eachStore(batch, asOf, visit, stores);
  }

  /**
   * How much open time of a window nothing is known about; 0 where polls say what it is like. More of it is unmonitored
   * than this store and others of its fleet were ever monitored: rates from so little would be sure of too much.
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
    if (openTime <= this.#monitored) return 0;
    const unmonitored = unmonitoredTime(open, polls, first, last, asOf - (WINDOWS[window] as number), asOf);
    if (unmonitored <= this.#monitored) return 0;
    return unmonitored > monitoredTime(open, polls, first, last, asOf - POLL_REACH, asOf) ? unmonitored : 0;
  }
}

/** In steps of 1/1024 ms, so that sums and differences of such times are exact. */
function exact(time: number): number {
  return Math.round(time * 1024) / 1024;
}
