import { DAY, MINUTE } from '../domain/hours.ts';
import { Random } from '../simulate/random.ts';
import { ANSWERS, type Answer } from './answers.ts';
import type { ChainStore } from './chain.ts';
import { PURPOSE } from './purpose.ts';

/** A stretch `[from, to)` in which a store gives an answer. */
export interface Outage {
  readonly from: number;
  readonly to: number;
  readonly answer: Answer;
}

/** Outages a day, on average. */
const RATE = 0.35;
const FLAKY_RATE = 1.5;
const LONGEST = 50 * MINUTE;
/** Each store and day has a number of its own; days repeat after 179 years. */
const DAYS = 2 ** 16;

/**
 * The everyday outages of a store that touch `[from, to)`, in the order of their begin; they may overlap. Those of a day
 * depend on the seed, the store and the date alone, so the same ones are in the history and in the fake fleet.
 */
export function everydayOutages(seed: number, store: ChainStore, from: number, to: number): readonly Outage[] {
  const outages: Outage[] = [];
  for (let day = Math.floor((from - LONGEST) / DAY); day * DAY < to; day++) {
    outages.push(...outagesOf(seed, store, day).filter((outage) => outage.from < to && outage.to > from));
  }
  return outages;
}

/** The outages that begin on a day in UTC, given as days since 1970-01-01. */
function outagesOf(seed: number, { index, flaky }: ChainStore, day: number): readonly Outage[] {
  const random = new Random(seed, index * DAYS + (day % DAYS), PURPOSE.outages);
  const outages: Outage[] = [];
  // The times between two outages are exponential.
  const pause = () => (-Math.log(random.unit()) * DAY) / (flaky ? FLAKY_RATE : RATE);
  for (let at = day * DAY + pause(); at < (day + 1) * DAY; at += pause()) {
    const from = Math.floor(at);
    const minutes = random.chance(0.7) ? random.whole(3, 10) : random.whole(12, LONGEST / MINUTE);
    outages.push({ from, to: from + minutes * MINUTE, answer: drawAnswer(random) });
  }
  return outages;
}

function drawAnswer(random: Random): Answer {
  return random.weighted<Answer>([
    [ANSWERS.paused, 45],
    [ANSWERS.unavailable, 30],
    [ANSWERS.silent, 15],
    [ANSWERS.failing, 10],
  ]);
}
