import { type Rates, Transition } from './transition.ts';

/**
 * The chain between two polls, given the state at both ends: the mean and variance of the *open* time that the store
 * spends in the state opposite to the first poll's ("away"; "home" is the state of that poll). The gap is given as a
 * sequence of open and closed stretches, and the result is exact, since the chain has the Markov property at each cut.
 *
 * The chain is reversible, so a bridge also serves for the time before the first poll, walked backwards.
 */
export class Bridge {
  /** E[T⁰; home], E[T⁰; away], … E[T²; away], with T the open time away so far and the state now. */
  #p0 = 1;
  #p1 = 0;
  #g0 = 0;
  #g1 = 0;
  #h0 = 0;
  #h1 = 0;
  /** The probabilities of no open time away so far, and of no open time at home, each with the state now. */
  #pure0 = 1;
  #pure1 = 0;
  #lost0 = 1;
  #lost1 = 0;
  readonly #transition = new Transition();

  /** After `end`: the expected open time away in milliseconds, and its variance. */
  mean = 0;
  variance = 0;
  /** After `end`: the probability that none of the open time was spent away, and that all of it was. */
  none = 1;
  all = 1;

  begin(): void {
    this.#p0 = 1;
    this.#p1 = 0;
    this.#g0 = 0;
    this.#g1 = 0;
    this.#h0 = 0;
    this.#h1 = 0;
    this.#pure0 = 1;
    this.#pure1 = 0;
    this.#lost0 = 1;
    this.#lost1 = 0;
  }

  /** Extends the bridge by `time` milliseconds of closed time. */
  closed(rates: Rates, time: number): void {
    if (time <= 0) return;
    const s = this.#transition;
    s.move(rates, time);
    const p0 = this.#p0;
    const g0 = this.#g0;
    const h0 = this.#h0;
    const pure0 = this.#pure0;
    const lost0 = this.#lost0;
    this.#p0 = p0 * s.p00 + this.#p1 * s.p10;
    this.#p1 = p0 * s.p01 + this.#p1 * s.p11;
    this.#g0 = g0 * s.p00 + this.#g1 * s.p10;
    this.#g1 = g0 * s.p01 + this.#g1 * s.p11;
    this.#h0 = h0 * s.p00 + this.#h1 * s.p10;
    this.#h1 = h0 * s.p01 + this.#h1 * s.p11;
    this.#pure0 = pure0 * s.p00 + this.#pure1 * s.p10;
    this.#pure1 = pure0 * s.p01 + this.#pure1 * s.p11;
    this.#lost0 = lost0 * s.p00 + this.#lost1 * s.p10;
    this.#lost1 = lost0 * s.p01 + this.#lost1 * s.p11;
  }

  /** Extends the bridge by `time` milliseconds of open time. */
  open(rates: Rates, time: number): void {
    if (time <= 0) return;
    const s = this.#transition;
    s.set(rates, time);
    const p0 = this.#p0;
    const p1 = this.#p1;
    const g0 = this.#g0;
    const g1 = this.#g1;
    const h0 = this.#h0;
    const h1 = this.#h1;
    this.#p0 = p0 * s.p00 + p1 * s.p10;
    this.#p1 = p0 * s.p01 + p1 * s.p11;
    this.#g0 = g0 * s.p00 + g1 * s.p10 + p0 * s.g00 + p1 * s.g10;
    this.#g1 = g0 * s.p01 + g1 * s.p11 + p0 * s.g01 + p1 * s.g11;
    this.#h0 = h0 * s.p00 + h1 * s.p10 + 2 * (g0 * s.g00 + g1 * s.g10) + p0 * s.h00 + p1 * s.h10;
    this.#h1 = h0 * s.p01 + h1 * s.p11 + 2 * (g0 * s.g01 + g1 * s.g11) + p0 * s.h01 + p1 * s.h11;
    this.#pure0 *= s.stay0;
    this.#pure1 = 0;
    this.#lost0 = 0;
    this.#lost1 *= s.stay1;
  }

  /**
   * Ends the bridge at the next poll and computes the results.
   *
   * @param seen the state at that poll: 0 home, 1 away; −1: there is no next poll
   * @returns `false` when that state has probability 0; the results are then 0
   */
  end(seen: 0 | 1 | -1): boolean {
    const useHome = seen === 1 ? 0 : 1;
    const useAway = seen === 0 ? 0 : 1;
    const p = useHome * this.#p0 + useAway * this.#p1;
    if (!(p > 0)) {
      this.mean = 0;
      this.variance = 0;
      this.none = 0;
      this.all = 0;
      return false;
    }
    this.mean = (useHome * this.#g0 + useAway * this.#g1) / p;
    this.variance = Math.max(0, (useHome * this.#h0 + useAway * this.#h1) / p - this.mean * this.mean);
    this.none = (useHome * this.#pure0 + useAway * this.#pure1) / p;
    this.all = (useHome * this.#lost0 + useAway * this.#lost1) / p;
    return true;
  }
}
