import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureColumns } from '../../../src/domain/figures.ts';
import { contains } from '../../../src/domain/interval.ts';
import { FleetEstimator } from '../../../src/domain/markov/estimator.ts';
import type { PollColumns } from '../../../src/domain/polls.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import type { RegimeName } from '../../../src/simulate/regimes.ts';
import { pollColumns } from '../../support/fleet.ts';
import { simulatedFleet } from '../../support/simulated.ts';
import { HOUR } from '../reference.ts';

const WEEK = 2;
const ROUNDING = 1;

/**
 * The credible intervals of a hundred simulated stores with `polls` consecutive polls, the last of them active, in a
 * fleet with `others` stores that have all their polls.
 */
function intervalsOf(regime: RegimeName, polls: number, others: number, seed: number) {
  const stores = 2 * (100 + others);
  const { batch, asOf, up } = simulatedFleet(regime, stores, seed);
  const few: number[] = [];
  const kept: number[] = [];
  eachStore(batch, asOf, (store, open, first, last) => {
    const counting = Array.from({ length: last - first }, (_, i) => first + i).filter((i) =>
      contains(open, batch.polls.instant[i] as number),
    );
    if (few.length === 100) {
      if (kept.length > 0 && store - (few.at(-1) as number) <= others) kept.push(...counting);
      return;
    }
    const end = counting.length - (store % 4);
    if (end < polls || batch.polls.active[counting[end - 1] as number] === 0) return;
    few.push(store);
    kept.push(...counting.slice(end - polls, end));
  });
  assert.equal(few.length, 100);
  const figures = new FigureColumns(stores, true);
  const known = { ...batch, polls: pick(batch.polls, kept) };
  new FleetEstimator().estimate('nearest', known, asOf, figures, 0);
  return few.map((store) => ({
    low: figures.low(store, WEEK),
    high: figures.high(store, WEEK),
    open: figures.open(store, WEEK),
    truth: up[store * WINDOWS.length + WEEK] as number,
  }));
}

function pick({ store, instant, active }: PollColumns, places: readonly number[]): PollColumns {
  const rows = places.map((i) => ({
    store: store[i] as number,
    instant: instant[i] as number,
    active: active[i] === 1,
  }));
  return pollColumns(rows);
}

function shareInside(intervals: ReturnType<typeof intervalsOf>): number {
  const inside = intervals.filter(({ low, high, truth }) => truth >= low - ROUNDING && truth <= high + ROUNDING);
  return inside.length / intervals.length;
}

test('with one poll for each store the credible interval of the week is the whole open time', () => {
  for (const regime of ['calm', 'churny', 'long-outages', 'everyday'] as const) {
    for (const { low, high, open } of intervalsOf(regime, 1, 0, 3)) assert.deepEqual([low, high], [0, open], regime);
  }
});

test('credible intervals contain nine truths in ten or more, however few polls there are', () => {
  for (const [regime, polls, others] of [
    ['calm', 2, 0],
    ['everyday', 5, 0],
    ['long-outages', 10, 0],
    ['everyday', 20, 0],
    ['heterogeneous', 40, 0],
    ['calm', 1, 300],
    ['long-outages', 1, 300],
  ] as const) {
    const share = shareInside([...intervalsOf(regime, polls, others, 11), ...intervalsOf(regime, polls, others, 12)]);
    assert.ok(share >= 0.87, `${regime}, ${polls} polls, ${others} others: ${share} of the truths are inside`);
  }
});

test('in a fleet that was monitored for a week, a store with one poll has a narrow credible interval', () => {
  const [{ low, high, open } = { low: 0, high: 0, open: 0 }] = intervalsOf('calm', 1, 300, 11).filter(
    (interval) => interval.open < 60 * HOUR,
  );
  assert.ok(high - low < 0.1 * open, `${low / HOUR} to ${high / HOUR} of ${open / HOUR} hours`);
});
