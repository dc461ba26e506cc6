import { DAY, HOUR, MINUTE } from '../../src/domain/hours.ts';
import { contains, EMPTY, type Intervals, intersect, totalWithin } from '../../src/domain/interval.ts';
import { staleAfter } from '../../src/domain/staleness.ts';
import { Random } from '../../src/simulate/random.ts';
import { REGIME_NAMES, REGIMES, type RegimeName } from '../../src/simulate/regimes.ts';
import { Fleet, type SimulatedStore } from '../../src/simulate/store.ts';
import { quantile } from '../measure.ts';
import { CONTESTANTS } from './contestants.ts';

export interface RegimeSizes {
  readonly stores: number;
  readonly days: number;
}

/** How one contestant does in one regime. */
export interface Scores {
  readonly contestant: string;
  /** Messages per store and 30 days while the store was closed or really up. */
  readonly falseAlerts: number;
  /** Messages per store and 30 days about a real outage of less than `REAL`. */
  readonly short: number;
  /** The share of the real outages that were told. */
  readonly told: number;
  /** Open time from the start of a real outage to its message: milliseconds. */
  readonly median: number;
  readonly p90: number;
}

export interface RegimeScores {
  readonly regime: string;
  readonly what: string;
  /** How many real outages there were. */
  readonly outages: number;
  readonly scores: readonly Scores[];
}

/** An outage is real from this open time on, milliseconds. */
export const REAL = 30 * MINUTE;

/** A week without a clock change, ending in the business hours of the Americas. */
const END = Date.UTC(2026, 9, 14, 23, 30);
const SEED = 201;
/** The share of polls of a store that is up that find it inactive, in the regime `noisy`. */
const NOISE = 0.01;
const PURPOSE_NOISE = 3;

/** Replays simulated fleets, whose truth is known, with each contestant. */
export function measureRegimes(sizes: RegimeSizes): RegimeScores[] {
  const noisy = {
    regime: 'noisy',
    what: `everyday, and ${NOISE * 100} % of the polls of a store that is up find it inactive`,
    ...measured('everyday', sizes, NOISE),
  };
  return [
    ...REGIME_NAMES.map((regime) => ({ regime, what: REGIMES[regime].what, ...measured(regime, sizes, 0) })),
    noisy,
  ];
}

function measured(regime: RegimeName, { stores, days }: RegimeSizes, noise: number) {
  const fleet = new Fleet(SEED, days, END, regime);
  const from = END - days * DAY;
  const tallies = CONTESTANTS.map(({ name }) => new Tally(name));
  let count = 0;
  for (let index = 0; index < stores; index++) {
    const store = fleet.store(index);
    const real = realOutages(store, from);
    count += real.length;
    const view = viewOf(store, noise, new Random(SEED, index, PURPOSE_NOISE));
    for (const [i, { incidents }] of CONTESTANTS.entries()) tallies[i]?.add(store, real, incidents(view, from, END));
  }
  const months = (stores * days) / 30;
  return { outages: count, scores: tallies.map((tally) => tally.scores(months, count)) };
}

interface RealOutage {
  /** When it began and ended, open or not. */
  readonly from: number;
  readonly to: number;
  /** Its first open instant. */
  readonly felt: number;
}

/** The outages with enough open time since `from`. */
function realOutages({ open, down }: SimulatedStore, from: number): RealOutage[] {
  const found: RealOutage[] = [];
  for (let i = 0; i < down.length; i += 2) {
    const [begun, to] = [Math.max(down[i] as number, from), Math.min(down[i + 1] as number, END)];
    if (totalWithin(open, begun, to) < REAL) continue;
    found.push({ from: begun, to, felt: intersect(open, [begun, to])[0] as number });
  }
  return found;
}

function viewOf({ open, polls, active, down }: SimulatedStore, noise: number, random: Random) {
  const instant = Float64Array.from(polls, (micros) => Math.floor(micros / 1000));
  const seen = active.map((up) => up && !(noise > 0 && random.chance(noise)));
  const reasons = new Set([...instant].filter((at, i) => seen[i] === false && contains(down, at)));
  const columns = { length: instant.length, store: new Int32Array(instant.length), instant };
  return {
    ...{ open, unknown: EMPTY, planned: EMPTY, reasons, staleAfter: staleAfter(HOUR) },
    ...{ polls: { ...columns, active: Uint8Array.from(seen, Number) }, first: 0, last: instant.length },
  };
}

class Tally {
  readonly #contestant: string;
  readonly #delays: number[] = [];
  #false = 0;
  #short = 0;

  constructor(contestant: string) {
    this.#contestant = contestant;
  }

  add(
    { open, down }: SimulatedStore,
    real: readonly RealOutage[],
    incidents: readonly { readonly openedAt: number; readonly resolvedAt: number | undefined }[],
  ): void {
    const downWhileOpen: Intervals = intersect(open, down);
    for (const { openedAt } of incidents) {
      if (!contains(downWhileOpen, openedAt)) this.#false++;
      else if (!real.some(({ from, to }) => openedAt >= from && openedAt < to)) this.#short++;
    }
    // An incident that began while the store was up says nothing about an outage that follows.
    const honest = incidents.filter(({ openedAt }) => contains(down, openedAt));
    for (const { from, to, felt } of real) {
      const message = honest.find(({ openedAt, resolvedAt = END }) => openedAt < to && resolvedAt > from);
      if (message !== undefined) this.#delays.push(totalWithin(open, felt, Math.max(felt, message.openedAt)));
    }
  }

  scores(months: number, outages: number): Scores {
    return {
      contestant: this.#contestant,
      falseAlerts: this.#false / months,
      short: this.#short / months,
      told: this.#delays.length / outages,
      median: quantile(this.#delays, 0.5),
      p90: quantile(this.#delays, 0.9),
    };
  }
}
