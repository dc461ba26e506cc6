import { FigureColumns } from '../src/domain/figures.ts';
import { type Intervals, totalWithin } from '../src/domain/interval.ts';
import { type EstimatorName, FleetEstimator } from '../src/domain/markov/estimator.ts';
import { nearest, newEstimate } from '../src/domain/nearest.ts';
import { Schedule } from '../src/domain/schedule.ts';
import { type Batch, batchUptime } from '../src/domain/uptime.ts';
import { POLL_REACH, WINDOWS } from '../src/domain/window.ts';
import type { Zone } from '../src/domain/zone.ts';
import { readScheduleRows, ScheduleRange, scheduleColumns } from '../src/stores/schedule.ts';
import { atLeast, atMost, count, ms, type Section, times } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { interleaved, timed } from './measure.ts';

const ROUNDS = 15;

/** The kernel on columns in memory: one core, no reading or writing. */
export async function measureKernel(fleets: Fleets): Promise<Section> {
  const { batch, asOf } = await loadBatch(await fleets.database());
  const figures = new FigureColumns(batch.schedule.stores, true);
  const opened = expandAll(batch, asOf);
  const estimator = new FleetEstimator();
  const estimated = (name: EstimatorName) =>
    timed(() => {
      estimator.use(estimator.learn(batch, asOf));
      estimator.estimate(name, batch, asOf, figures, 0);
    });
  const { whole, markov, sure, expansion, rest } = await interleaved(ROUNDS, {
    whole: () => timed(() => batchUptime(batch, asOf, figures, 0)),
    markov: () => estimated('markov'),
    sure: () => estimated('nearest'),
    expansion: () => timed(() => expandAll(batch, asOf)),
    rest: () => timed(() => nearestAll(batch, opened, asOf, figures)),
  });
  const polls = batch.polls.length;
  const rate = (time: number) => polls / time / 1_000;
  const intervals = opened.reduce((sum, open) => sum + open.length / 2, 0);
  return {
    title: 'Kernel',
    text: `The computation alone, on one core: ${count(batch.schedule.stores)} stores, ${count(polls)} polls and ${count(intervals)} open intervals as columns in memory.`,
    figures: [
      { what: 'whole kernel (`batchUptime`)', value: ms(whole) },
      {
        what: '**whole kernel, million polls a second**',
        value: count(rate(whole)),
        target: atLeast(rate(whole), 50, ''),
      },
      { what: '`markov` with ranges (rates, estimate, intervals)', value: ms(markov) },
      {
        what: '**`markov` with ranges ÷ whole kernel**',
        value: times(markov / whole),
        target: atMost(markov / whole, 4, ' ×'),
      },
      { what: '`nearest` with ranges ÷ whole kernel', value: times(sure / whole) },
      { what: 'hours to open intervals alone', value: ms(expansion) },
      { what: 'nearest and windows alone, million polls a second', value: count(rate(rest)) },
    ],
  };
}

/** A whole database as one batch, as of its latest poll. */
export function loadBatch(path: string): Promise<{ batch: Batch; asOf: number }> {
  return withStorage(path, (storage) =>
    storage.snapshot(async (snapshot) => {
      const asOf = (await snapshot.latestPoll()) ?? 0;
      const { keys, zones } = await snapshot.stores();
      const first = Math.min(...keys);
      const end = Math.max(...keys) + 1;
      const range = new ScheduleRange(asOf - POLL_REACH, asOf);
      const batchZones = new Array<Zone>(end - first).fill(range.zone(null));
      for (const [i, key] of keys.entries()) batchZones[key - first] = range.zone(zones[i] ?? null);
      const schedule = new Schedule(
        scheduleColumns(await readScheduleRows(snapshot, first, end, range), batchZones, range),
      );
      const polls = await snapshot.polls(first, end, range.from, range.to);
      return { asOf, batch: { schedule, polls } };
    }),
  );
}

function expandAll({ schedule }: Batch, asOf: number): Intervals[] {
  return Array.from({ length: schedule.stores }, (_, store) => schedule.openIntervals(store, asOf - POLL_REACH, asOf));
}

/** The part of `batchUptime` after the open intervals. */
function nearestAll({ schedule, polls }: Batch, opened: readonly Intervals[], asOf: number, figures: FigureColumns) {
  const estimate = newEstimate();
  let from = 0;
  for (let store = 0; store < schedule.stores; store++) {
    let to = from;
    while (to < polls.length && polls.store[to] === store) to++;
    const open = opened[store] as Intervals;
    nearest(open, polls, from, to, asOf, estimate);
    for (let w = 0; w < WINDOWS.length; w++) {
      const openTime = totalWithin(open, asOf - (WINDOWS[w] as number), asOf);
      const up = estimate.up[w] as number;
      figures.set(store, w, up, estimate.counted > 0 ? openTime - up : 0, openTime);
    }
    from = to;
  }
}
