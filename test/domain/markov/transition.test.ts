import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bridge } from '../../../src/domain/markov/bridge.ts';
import { type Rates, Transition } from '../../../src/domain/markov/transition.ts';
import { Random } from '../../../src/simulate/random.ts';
import { integrate, integrateTwice, transition } from '../../support/chain.ts';

const STATES = [0, 1] as const;

/** Rates a unit of time; the stretches are of the order of one unit. */
const rate = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -9, max: 1.5, noNaN: true }).map((power) => 10 ** power) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const rates: fc.Arbitrary<Rates> = fc.record({ enter: rate, leave: rate });
const time = fc.double({ min: 1e-3, max: 4, noNaN: true });

function close(got: number, expected: number, what: string, scale = Math.abs(expected)): void {
  assert.ok(Math.abs(got - expected) <= 1e-9 * scale + 1e-300, `${what}: ${got}, expected ${expected}`);
}

function entries(s: Transition): { p: number[][]; g: number[][]; h: number[][]; n: number[][] } {
  return {
    p: [
      [s.p00, s.p01],
      [s.p10, s.p11],
    ],
    g: [
      [s.g00, s.g01],
      [s.g10, s.g11],
    ],
    n: [
      [s.n00, s.n01],
      [s.n10, s.n11],
    ],
    h: [
      [s.h00, s.h01],
      [s.h10, s.h11],
    ],
  };
}

test('the moments of a transition are the integrals of the joint probabilities', () => {
  fc.assert(
    fc.property(rates, time, (chain, long) => {
      const moved = new Transition();
      moved.set(chain, long);
      const { p, g, h, n } = entries(moved);
      const P = (t: number, i: number, j: number) => transition(chain, t, i, j);
      for (const i of STATES) {
        for (const j of STATES) {
          const name = `${JSON.stringify(chain)} ${long} ${i}${j}`;
          close(p[i]?.[j] ?? Number.NaN, P(long, i, j), `p ${name}`);
          const once = integrate((s) => P(s, i, 1) * P(long - s, 1, j), 0, long, chain);
          close(g[i]?.[j] ?? Number.NaN, once, `g ${name}`);
          const jumps = integrate((s) => P(s, i, 0) * chain.enter * P(long - s, 1, j), 0, long, chain);
          close(n[i]?.[j] ?? Number.NaN, jumps, `n ${name}`);
          const twice = integrateTwice((s, t) => P(s, i, 1) * P(t - s, 1, 1) * P(long - t, 1, j), long, chain);
          close(h[i]?.[j] ?? Number.NaN, 2 * twice, `h ${name}`);
        }
      }
      close(moved.stay0, Math.exp(-chain.enter * long), 'stay0');
      close(moved.stay1, Math.exp(-chain.leave * long), 'stay1');
    }),
    { numRuns: 100, endOnFailure: true },
  );
});

/** A gap that is open here and closed there: lengths in turn, open first; any of them may be 0. */
const cuts = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 2, noNaN: true })), {
  minLength: 1,
  maxLength: 5,
});

function travel(chain: Rates, lengths: readonly number[], seen: 0 | 1 | -1): Bridge {
  const bridge = new Bridge();
  bridge.begin();
  for (const [i, length] of lengths.entries()) {
    if (i % 2 === 0) bridge.open(chain, length);
    else bridge.closed(chain, length);
  }
  bridge.end(seen);
  return bridge;
}

/** The open parts of such a gap, and its whole length. */
function partsOf(lengths: readonly number[]): { parts: [number, number][]; whole: number } {
  const parts: [number, number][] = [];
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    if (i % 2 === 0 && length > 0) parts.push([at, at + length]);
    at += length;
  }
  return { parts, whole: at };
}

test('the time away within a cut gap has the mean and the variance of the integrals over its open parts', () => {
  fc.assert(
    fc.property(rates, cuts, fc.constantFrom(0 as const, 1 as const, -1 as const), (chain, lengths, seen) => {
      const { parts, whole } = partsOf(lengths);
      const P = (t: number, i: number, j: number) => transition(chain, t, i, j);
      const onwards = (t: number, from: number) => (seen === -1 ? 1 : P(t, from, seen));
      const arrival = onwards(whole, 0);
      fc.pre(parts.length > 0 && arrival > 0);
      let mean = 0;
      let square = 0;
      for (const [k, [a, b]] of parts.entries()) {
        mean += integrate((s) => P(s, 0, 1) * onwards(whole - s, 1), a, b, chain) / arrival;
        const joint = (s: number, t: number) => P(s, 0, 1) * P(t - s, 1, 1) * onwards(whole - t, 1);
        square += (2 * integrate((s) => integrate((t) => joint(s, t), s, b, chain), a, b, chain)) / arrival;
        for (const [c, d] of parts.slice(k + 1)) {
          square += (2 * integrate((s) => integrate((t) => joint(s, t), c, d, chain), a, b, chain)) / arrival;
        }
      }
      const got = travel(chain, lengths, seen);
      const name = `${JSON.stringify(chain)} ${lengths} ${seen}`;
      close(got.mean, mean, `mean ${name}`);
      // The variance is a difference: it is exact to 1e-9 of what it is taken from.
      close(got.variance, square - mean * mean, `variance ${name}`, square);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('the expected up time in a part of a gap is that of the closed form', () => {
  const shares = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  const ordinary = fc.double({ min: 0.05, max: 5, noNaN: true });
  const states = fc.constantFrom(0 as const, 1 as const);
  fc.assert(
    fc.property(ordinary, ordinary, ordinary, shares, states, states, (down, up, gap, [one, other], from, to) => {
      const [a, b] = [gap * Math.min(one, other), gap * Math.max(one, other)];
      const r = down + up;
      const [pi, q] = [up / r, down / r];
      const e = Math.exp(-r * gap);
      const B = from === 1 ? q : -pi;
      const [A, C] = to === 1 ? [pi, q] : [q, -q];
      const P = [
        [q + pi * e, pi * (1 - e)],
        [q * (1 - e), pi + q * e],
      ][from]?.[to];
      const early = (Math.exp(-r * a) - Math.exp(-r * b)) / r;
      const late = (Math.exp(-r * (gap - b)) - Math.exp(-r * (gap - a))) / r;
      const expected = (pi * A * (b - a) + A * B * early + pi * C * late + B * C * e * (b - a)) / (P ?? Number.NaN);
      const chain = from === 1 ? { enter: down, leave: up } : { enter: up, leave: down };
      const away = travel(chain, [0, a, b - a, gap - b], from === to ? 0 : 1).mean;
      close(from === 1 ? b - a - away : away, expected, 'expected up time', gap);
    }),
    { numRuns: 300 },
  );
});

test('results are finite and consistent if rates or stretches are tiny, huge or zero', () => {
  const extreme = fc.constantFrom(0, 1e-300, 1e-15, 1e-9, 1e-4, 1, 1e4, 1e9);
  const long = fc.constantFrom(0, 1e-9, 1e-3, 1, 1e3, 1e9);
  fc.assert(
    fc.property(extreme, extreme, fc.array(long, { minLength: 1, maxLength: 4 }), (enter, leave, lengths) => {
      const openTime = lengths.reduce<number>((sum, length, i) => (i % 2 === 0 ? sum + length : sum), 0);
      for (const seen of [0, 1, -1] as const) {
        const { mean, variance, none, all } = travel({ enter, leave }, lengths, seen);
        for (const value of [mean, variance, none, all]) assert.ok(value >= 0, `${value} is negative or no number`);
        assert.ok(mean <= openTime * (1 + 1e-9), `${mean} of ${openTime}`);
        assert.ok(variance <= (openTime * openTime) / 4 + 1e-9 * openTime ** 2, `variance ${variance} of ${openTime}`);
        assert.ok(none <= 1 + 1e-12 && all <= 1 + 1e-12, `probabilities ${none} and ${all}`);
      }
    }),
    { numRuns: 400 },
  );
});

test('a rare outage within a short gap keeps its digits', () => {
  // The series of enter · leave · ∫ s (1 − s) … ds in the small rate of coming back; the chance of an outage is 5e-13.
  const { mean } = travel({ enter: 1e-9, leave: 1e-3 }, [1], 0);
  const x = 1e-3;
  close(mean / ((1e-9 * x) / 6), 1 - x / 2 + (3 * x * x) / 20, 'expected downtime');
});

test('simulated paths agree within the error of their number', () => {
  const chain = { enter: 0.7, leave: 1.9 };
  // Open, closed, open: 0 to 0.6 and 1 to 1.5, then closed until 1.8.
  const lengths = [0.6, 0.4, 0.5, 0.3];
  const random = new Random(3, 1, 4);
  const found = STATES.map(() => ({ paths: 0, sum: 0, squares: 0, fourths: 0, none: 0, all: 0 }));
  for (let path = 0; path < 200_000; path++) {
    const { away, state } = walk(chain, random);
    const tally = found[state];
    if (tally === undefined) continue;
    tally.paths++;
    tally.sum += away;
    tally.squares += away ** 2;
    tally.fourths += away ** 4;
    if (away === 0) tally.none++;
    if (away > 1.1 - 1e-12) tally.all++;
  }
  for (const state of STATES) {
    const tally = found[state] ?? { paths: 0, sum: 0, squares: 0, fourths: 0, none: 0, all: 0 };
    const { mean, variance, none, all } = travel(chain, lengths, state);
    const n = tally.paths;
    const within = (got: number, expected: number, deviation: number, what: string) =>
      assert.ok(Math.abs(got - expected) <= (4.5 * deviation) / Math.sqrt(n), `${what} ${got}, paths say ${expected}`);
    within(mean, tally.sum / n, Math.sqrt(variance), 'mean');
    const square = variance + mean * mean;
    within(square, tally.squares / n, Math.sqrt(tally.fourths / n - square ** 2), 'square');
    within(none, tally.none / n, Math.sqrt(none * (1 - none)), 'none');
    within(all, tally.all / n, Math.sqrt(all * (1 - all)) + 1e-3, 'all');
  }
});

/** One path of 1.8 from state 0: how long it was in state 1 while open, and where it ends. */
function walk({ enter, leave }: Rates, random: Random): { away: number; state: 0 | 1 } {
  let [at, state, away] = [0, 0 as 0 | 1, 0];
  while (at < 1.8) {
    const until = Math.min(1.8, at - Math.log(random.unit()) / (state === 0 ? enter : leave));
    if (state === 1) {
      for (const [from, to] of [
        [0, 0.6],
        [1, 1.5],
      ] as const) {
        away += Math.max(0, Math.min(until, to) - Math.max(at, from));
      }
    }
    if (until < 1.8) state = state === 0 ? 1 : 0;
    at = until;
  }
  return { away, state };
}
