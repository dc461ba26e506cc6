// A reference implementation of the downtime estimate without tables: one bridge per gap, all classes weighted.

import { type Intervals, intersect, total } from '../../src/domain/interval.ts';
import { Bridge } from '../../src/domain/markov/bridge.ts';
import type { LatentClass } from '../../src/domain/markov/classes.ts';
import { Transition } from '../../src/domain/markov/transition.ts';
import { WINDOWS } from '../../src/domain/window.ts';

/** A counting poll. */
interface Seen {
  readonly instant: number;
  readonly active: boolean;
}

/** The downtime estimate of one window. */
interface Known {
  readonly open: number;
  readonly mean: number;
  readonly deviation: number;
  readonly never: number;
  readonly always: number;
}

/**
 * @param open the store's open intervals
 * @param seen its counting polls, in order, at least one
 * @param shares the weights of the classes in the fleet
 * @returns one estimate for each of `WINDOWS`
 */
export function slowEstimate(
  open: Intervals,
  seen: readonly Seen[],
  asOf: number,
  classes: readonly LatentClass[],
  shares: ArrayLike<number>,
): Known[] {
  const logs = classes.map((latentClass, k) => Math.log(shares[k] ?? 0) + logLikelihood(seen, latentClass));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return WINDOWS.map((window) => {
    const start = asOf - window;
    let [mean, square, never, always] = [0, 0, 0, 0];
    for (const [k, latentClass] of classes.entries()) {
      const share = (weights[k] ?? 0) / all;
      if (share === 0) continue;
      const of = ofClass(open, seen, start, asOf, latentClass);
      mean += share * of.mean;
      square += share * (of.variance + of.mean ** 2);
      never += share * of.never;
      always += share * of.always;
    }
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return { open: total(intersect(open, [start, asOf])), mean, deviation, never, always };
  });
}

/** The likelihood of the polls; the first one has the stationary distribution of the chain. */
function logLikelihood(seen: readonly Seen[], { failure, recovery }: LatentClass): number {
  const transition = new Transition();
  let log = Math.log((seen[0]?.active ? recovery : failure) / (failure + recovery));
  for (const [i, poll] of seen.entries()) {
    const before = seen[i - 1];
    if (!before) continue;
    transition.move({ enter: failure, leave: recovery }, poll.instant - before.instant);
    const toUp = before.active ? transition.p00 : transition.p10;
    const toDown = before.active ? transition.p01 : transition.p11;
    log += Math.log(poll.active ? toUp : toDown);
  }
  return log;
}

function ofClass(
  open: Intervals,
  seen: readonly Seen[],
  start: number,
  asOf: number,
  { failure, recovery }: LatentClass,
) {
  let [mean, variance, never, always] = [0, 0, 1, 1];
  for (let i = 0; i <= seen.length; i++) {
    const [before, after] = [seen[i - 1], seen[i]];
    const near = before ?? after;
    if (near === undefined) continue;
    const from = Math.max(before?.instant ?? start, start);
    const to = Math.min(after?.instant ?? asOf, asOf);
    if (from >= to) continue;
    const pieces = intersect(open, [from, to]);
    // The way begins at the poll before, or goes backwards from the only one.
    const marks = before
      ? [before.instant, ...pieces, ...(after ? [after.instant] : [])]
      : [near.instant, ...[...pieces].reverse()];
    const rates = near.active ? { enter: failure, leave: recovery } : { enter: recovery, leave: failure };
    const bridge = new Bridge();
    bridge.begin();
    for (const [m, mark] of marks.slice(1).entries()) {
      const length = Math.abs(mark - (marks[m] ?? mark));
      if (m % 2 === 0) bridge.closed(rates, length);
      else bridge.open(rates, length);
    }
    bridge.end(before && after ? (before.active === after.active ? 0 : 1) : -1);
    mean += near.active ? bridge.mean : total(pieces) - bridge.mean;
    variance += bridge.variance;
    never *= near.active ? bridge.none : bridge.all;
    always *= near.active ? bridge.all : bridge.none;
  }
  return { mean, variance, never, always };
}
