import { FleetSample, fitMixture } from '../../src/domain/markov/em.ts';
import { StoreGaps } from '../../src/domain/markov/gaps.ts';
import { type Rates, Transition } from '../../src/domain/markov/transition.ts';
import { type Batch, eachStore } from '../../src/domain/uptime.ts';
import { countingPolls, type Seen } from './rivals.ts';
import { METHODS, type Method } from './scores.ts';

/** The errors of predicting hidden polls; lower is better. */
export interface Prediction {
  readonly polls: number;
  /** The mean square of the probability given to what did not happen. */
  readonly brier: Readonly<Record<Method, number>>;
  /** The mean of minus the logarithm of the probability given to what did happen, none of them below 1 %. */
  readonly logLoss: Readonly<Record<Method, number>>;
}

/** Of each store, every nth poll is hidden. */
const EVERY = 5;

const LEAST_PROBABILITY = 0.01;

/** Hides polls one at a time and predicts each from the other polls of its store. */
export function leaveOneOut(batch: Batch, asOf: number): Prediction {
  const sample = new FleetSample();
  const gaps = new StoreGaps();
  const stores: Seen[][] = [];
  eachStore(batch, asOf, (_, open, first, last) => {
    if (!gaps.gather(open, batch.polls, first, last, asOf)) return;
    sample.add(gaps);
    stores.push(countingPolls(open, batch.polls, first, last));
  });
  const mixture = fitMixture(sample);
  const { classes } = mixture.table;
  const rates = classes.map(({ failure, recovery }) => ({ enter: recovery, leave: failure }));
  const likelihoods = new Float64Array(classes.length);
  const sums = METHODS.map(() => ({ brier: 0, logLoss: 0 }));
  let polls = 0;
  for (const [store, seen] of stores.entries()) {
    sample.likelihoods(store, mixture.table, likelihoods, 0);
    const posterior = likelihoods.map((likelihood, k) => likelihood * (mixture.weights[k] ?? 0));
    const active = seen.filter(({ up }) => up).length;
    for (let i = 1 + (store % EVERY); i + 1 < seen.length; i += EVERY) {
      const [before, hidden, after] = [seen[i - 1], seen[i], seen[i + 1]];
      if (!before || !hidden || !after) continue;
      polls++;
      const near = hidden.at - before.at <= after.at - hidden.at ? before : after;
      const chances = [
        (active - (hidden.up ? 1 : 0)) / (seen.length - 1),
        before.up ? 1 : 0,
        near.up ? 1 : 0,
        chanceUp(rates, posterior, before, hidden, after),
      ];
      for (const [m, sum] of sums.entries()) {
        const chance = chances[m] ?? 0;
        sum.brier += (chance - (hidden.up ? 1 : 0)) ** 2;
        sum.logLoss -= Math.log(Math.max(LEAST_PROBABILITY, hidden.up ? chance : 1 - chance));
      }
    }
  }
  const byMethod = (figure: (sum: (typeof sums)[number]) => number) =>
    Object.fromEntries(METHODS.map((method, m) => [method, figure(sums[m] ?? { brier: 0, logLoss: 0 }) / polls]));
  return {
    polls,
    brier: byMethod(({ brier }) => brier) as Record<Method, number>,
    logLoss: byMethod(({ logLoss }) => logLoss) as Record<Method, number>,
  };
}

/** The probability that the store is up at the hidden poll, given its other polls. */
function chanceUp(rates: readonly Rates[], posterior: Float64Array, before: Seen, hidden: Seen, after: Seen): number {
  let [up, all] = [0, 0];
  const [first, second] = [new Transition(), new Transition()];
  for (const [k, rate] of rates.entries()) {
    first.move(rate, hidden.at - before.at);
    second.move(rate, after.at - hidden.at);
    const viaUp = (before.up ? first.p11 : first.p01) * (after.up ? second.p11 : second.p10);
    const viaDown = (before.up ? first.p10 : first.p00) * (after.up ? second.p01 : second.p00);
    const asSeen = hidden.up ? viaUp : viaDown;
    if (!(asSeen > 0)) continue;
    // The probability of the class without the evidence of the hidden poll.
    const weight = (posterior[k] ?? 0) / asSeen;
    up += weight * viaUp;
    all += weight * (viaUp + viaDown);
  }
  return up / all;
}
