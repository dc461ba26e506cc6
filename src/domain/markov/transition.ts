/**
 * The rates of a two-state Markov chain in elapsed time, per millisecond: `enter` from state 0 to state 1, `leave` from
 * state 1 to state 0. State 1 is the one whose time is asked for, so for downtime `enter` is the failure rate.
 */
export interface Rates {
  readonly enter: number;
  readonly leave: number;
}

/**
 * The transition of a chain over a stretch of elapsed time, for each state at its start and end (`p01`: from 0 to 1).
 * With T the milliseconds in state 1, `p` is the probability of the end state given the start state, `g` is E[T; end
 * state], `h` is E[T²; end state], and `n` is E[number of entries into state 1; end state]. `stay0` and `stay1` are the
 * probabilities of never leaving the state.
 *
 * Probabilities as in Kalbfleisch & Lawless (1985); the moments are the integrals of Hobolth & Jensen (2011) in closed
 * form for two states. All are sums of nonnegative terms, so nothing cancels when the stretch is short or a rate is 0.
 */
export class Transition {
  p00 = 1;
  p01 = 0;
  p10 = 0;
  p11 = 1;
  g00 = 0;
  g01 = 0;
  g10 = 0;
  g11 = 0;
  h00 = 0;
  h01 = 0;
  h10 = 0;
  h11 = 0;
  n00 = 0;
  n01 = 0;
  n10 = 0;
  n11 = 0;
  stay0 = 1;
  stay1 = 1;

  /** Computes `p` only, which is enough for closed time. */
  move({ enter, leave }: Rates, time: number): void {
    const rate = enter + leave;
    const x = rate * time;
    const e = Math.exp(-x);
    const moved = rate > 0 ? (x < SMALL ? -Math.expm1(-x) : 1 - e) / rate : 0;
    this.p01 = enter * moved;
    this.p10 = leave * moved;
    this.p00 = rate > 0 ? (leave + enter * e) / rate : 1;
    this.p11 = rate > 0 ? (enter + leave * e) / rate : 1;
  }

  /**
   * Computes everything.
   *
   * @param time the length of the stretch in milliseconds, finite
   */
  set({ enter, leave }: Rates, time: number): void {
    const rate = enter + leave;
    // With both rates 0, x is 0 and any a and b give the same result.
    const a = rate > 0 ? enter / rate : 0.5;
    const b = rate > 0 ? leave / rate : 0.5;
    const x = rate * time;
    this.stay0 = Math.exp(-enter * time);
    this.stay1 = Math.exp(-leave * time);

    const e = this.stay0 * this.stay1;
    let h = 1; // the average of exp(−x · one of two parts)
    let moved = 0; // 1 − exp(−x)
    // Averages over three parts: j1 of exp(−x · one of them), j2 of exp(−x · two of them).
    let j1 = 1;
    let j2 = 1;
    let fall = 0; // j1 − j2
    let bend1 = 0; // 1 − 2 j1 + j2
    let bend2 = 0; // j1 − 2 j2 + exp(−x)
    if (x < SMALL) {
      for (let n = TERMS; n >= 0; n--) {
        fall = (FALL[n] as number) - x * fall;
        bend1 = (BEND_1[n] as number) - x * bend1;
        bend2 = (BEND_2[n] as number) - x * bend2;
      }
      fall *= x;
      bend1 *= x * x;
      bend2 *= x * x;
      j1 = 1 - bend1 - fall;
      j2 = j1 - fall;
      h = 1 - (x * j1) / 2;
      moved = x * h;
    } else {
      moved = 1 - e;
      h = moved / x;
      j1 = (2 * (1 - h)) / x;
      j2 = (2 * (h - e)) / x;
      fall = j1 - j2;
      bend1 = 1 - 2 * j1 + j2;
      bend2 = j1 - 2 * j2 + e;
    }

    this.p00 = b + a * e;
    this.p01 = a * moved;
    this.p10 = b * moved;
    this.p11 = a + b * e;
    const crossing = (time * x * (a * j1 + b * j2)) / 2;
    this.g00 = (time * x * a * b * fall) / 2;
    this.g01 = a * crossing;
    this.g10 = b * crossing;
    this.g11 = time * (a * a + 2 * a * b * h + b * b * e);
    const entered = enter * time;
    this.n00 = (entered * b * x * (b * j1 + a * j2)) / 2;
    this.n01 = entered * (a * b * (1 + e) + (a * a + b * b) * h);
    this.n10 = (entered * b * b * x * fall) / 2;
    this.n11 = enter * this.g10;
    const square = time * time;
    const crossingSquare = square * (a * a * (bend1 + fall) + 2 * a * b * fall + b * b * (fall - bend2));
    this.h00 = square * a * b * (a * bend1 + b * bend2);
    this.h01 = a * crossingSquare;
    this.h10 = b * crossingSquare;
    this.h11 = square * (a * a * a + 3 * a * a * b * j1 + 3 * a * b * b * j2 + b * b * b * e);
  }
}

/** Below this x the closed forms lose digits; a few terms of the series are exact. */
const SMALL = 0.25;
const TERMS = 9;

// (−x)ⁿ/n! has in j1, j2 and exp(−x) the coefficients 2/((n+1)(n+2)), 2/(n+2) and 1; these are their differences.
const FALL = series(1, (n) => (2 * n) / ((n + 1) * (n + 2)));
const BEND_1 = series(2, (n) => (2 * (n - 1)) / ((n + 1) * (n + 2)));
const BEND_2 = series(2, (n) => (n * (n - 1)) / ((n + 1) * (n + 2)));

/** The coefficients from the power `first` on, without their alternating signs. */
function series(first: number, coefficient: (n: number) => number): Float64Array {
  let factorial = 1;
  for (let n = 2; n < first; n++) factorial *= n;
  return Float64Array.from({ length: TERMS + 1 }, (_, i) => {
    const n = first + i;
    factorial *= Math.max(1, n);
    return coefficient(n) / factorial;
  });
}
