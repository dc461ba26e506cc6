import { DAY, HOUR, MINUTE } from '../hours.ts';
import { contains } from '../interval.ts';
import { POLL_REACH } from '../window.ts';
import type { StoreView } from './run.ts';

/**
 * The classes of stores: how often they go down, how long they stay down, and how many of their polls are wrong. All
 * combinations are equally likely before the first poll, so that each store is judged by its own history.
 */
const UPTIMES = [30 * DAY, 7 * DAY, 2 * DAY];
const OUTAGES = [30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY];
const MISREADS = [0.001, 0.01, 0.1];
/** The share of wrong ones among inactive polls for which the platform says why. */
const MISREAD_WITH_REASON = 0.001;

/** The Markov chains: the rate at which each forgets its state, per millisecond, and its usual share of downtime. */
const RATES = Float64Array.from(UPTIMES.flatMap((up) => OUTAGES.map((down) => 1 / up + 1 / down)));
const USUAL = Float64Array.from(UPTIMES.flatMap((up) => OUTAGES.map((down) => down / (up + down))));
const CHAINS = RATES.length;
const CLASSES = CHAINS * MISREADS.length;

/**
 * The probability that a store is down at the instant `store.at`, from its counting polls of the eight days up to
 * then; NaN without any.
 *
 * In each class, the store is a Markov chain with the states up and down, of which each poll sees the right one but for
 * misreads: a hidden Markov model, whose filter (the forward algorithm of Rabiner, "A tutorial on hidden Markov models",
 * 1989, section III A) also gives the likelihood of the class.
 */
export function probabilityDown({ at, open, polls, first, last, reasons }: StoreView): number {
  const down = new Float64Array(CLASSES);
  const weights = new Float64Array(CLASSES).fill(1);
  let before = Number.NaN;
  for (let i = first; i < last; i++) {
    const instant = polls.instant[i] as number;
    if (instant > at || instant < at - POLL_REACH || !contains(open, instant)) continue;
    passTime(down, instant - before);
    observe(down, weights, polls.active[i] === 1, reasons.has(instant));
    before = instant;
  }
  if (Number.isNaN(before)) return Number.NaN;
  passTime(down, at - before);
  let [sum, total] = [0, 0];
  for (let k = 0; k < CLASSES; k++) {
    sum += (weights[k] as number) * (down[k] as number);
    total += weights[k] as number;
  }
  return sum / total;
}

/** @param elapsed milliseconds since the last poll; NaN: there is none yet */
function passTime(down: Float64Array, elapsed: number): void {
  for (let c = 0, k = 0; c < CHAINS; c++) {
    const usual = USUAL[c] as number;
    const kept = Number.isNaN(elapsed) ? 0 : Math.exp(-(RATES[c] as number) * elapsed);
    for (let m = 0; m < MISREADS.length; m++, k++) down[k] = usual + kept * ((down[k] as number) - usual);
  }
}

/** Takes in a poll: by Bayes' rule in each class, and for the weights of the classes. */
function observe(down: Float64Array, weights: Float64Array, active: boolean, hasReason: boolean): void {
  let total = 0;
  for (let m = 0; m < MISREADS.length; m++) {
    const usual = MISREADS[m] as number;
    const misread = hasReason && !active ? Math.min(usual, MISREAD_WITH_REASON) : usual;
    const [ifDown, ifUp] = active ? [misread, 1 - misread] : [1 - misread, misread];
    for (let k = m; k < CLASSES; k += MISREADS.length) {
      const seen = (down[k] as number) * ifDown;
      const likelihood = seen + (1 - (down[k] as number)) * ifUp;
      down[k] = seen / likelihood;
      weights[k] = (weights[k] as number) * likelihood;
      total += weights[k] as number;
    }
  }
  // Only their ratios count, and the likelihood of many polls is too small a number.
  for (let k = 0; k < CLASSES; k++) weights[k] = (weights[k] as number) / total;
}
