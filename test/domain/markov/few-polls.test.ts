import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureColumns } from '../../../src/domain/figures.ts';
import { ALWAYS, contains } from '../../../src/domain/interval.ts';
import { FleetEstimator } from '../../../src/domain/markov/estimator.ts';
import { monitoredTime, unmonitoredTime } from '../../../src/domain/monitored.ts';
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
 * The 90 % ranges of a hundred simulated stores of which `polls` polls in a row are known, the last of them active;
 * beside them stand `others` stores with all of their polls.
 */
function rangesOf(regime: RegimeName, polls: number, others: number, seed: number) {
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

function shareInside(ranges: ReturnType<typeof rangesOf>): number {
  const inside = ranges.filter(({ low, high, truth }) => truth >= low - ROUNDING && truth <= high + ROUNDING);
  return inside.length / ranges.length;
}

test('of a fleet with one poll a store nothing is known of the week: the range is the whole open time', () => {
  for (const regime of ['calm', 'churny', 'long-outages', 'everyday'] as const) {
    for (const { low, high, open } of rangesOf(regime, 1, 0, 3)) assert.deepEqual([low, high], [0, open], regime);
  }
});

test('ranges hold nine truths in ten or more however few polls there are', () => {
  for (const [regime, polls, others] of [
    ['calm', 2, 0],
    ['everyday', 5, 0],
    ['long-outages', 10, 0],
    ['everyday', 20, 0],
    ['heterogeneous', 40, 0],
    ['calm', 1, 300],
    ['long-outages', 1, 300],
  ] as const) {
    const share = shareInside([...rangesOf(regime, polls, others, 11), ...rangesOf(regime, polls, others, 12)]);
    assert.ok(share >= 0.87, `${regime}, ${polls} polls, ${others} others: ${share} of the truths are inside`);
  }
});

test('a fleet that was monitored for a week says what the week of a store with one poll is like', () => {
  const [{ low, high, open } = { low: 0, high: 0, open: 0 }] = rangesOf('calm', 1, 300, 11).filter(
    (range) => range.open < 60 * HOUR,
  );
  assert.ok(high - low < 0.1 * open, `${low / HOUR} to ${high / HOUR} of ${open / HOUR} hours`);
});

test('monitored is what two polls enclose closely, in the window', () => {
  const polls = pollColumns([10, 12, 50, 51].map((hour) => ({ store: 0, instant: hour * HOUR, active: true })));
  const week = [0, 168 * HOUR] as const;
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, ...week), 3 * HOUR, '10 to 12 and 50 to 51');
  assert.equal(unmonitoredTime(ALWAYS, polls, 0, 4, ...week), 165 * HOUR);
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, 11 * HOUR, 13 * HOUR), HOUR, 'a gap that the window cuts');
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, 50.25 * HOUR, 50.5 * HOUR), HOUR / 4, 'and one around it');
  assert.equal(monitoredTime(ALWAYS, polls, 0, 0, ...week), 0, 'no polls');
  const hours = [9 * HOUR, 13 * HOUR, 48 * HOUR, 52 * HOUR];
  assert.equal(
    monitoredTime(hours, polls, 0, 4, ...week),
    6 * HOUR,
    'of a gap across closed time the open part counts',
  );
  assert.equal(monitoredTime([11 * HOUR, 12 * HOUR], polls, 0, 4, ...week), 0, 'no poll counts');
});
