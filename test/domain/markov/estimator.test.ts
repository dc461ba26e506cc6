import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FigureColumns } from '../../../src/domain/figures.ts';
import { contains, intersect, total } from '../../../src/domain/interval.ts';
import { type EstimatorName, FleetEstimator } from '../../../src/domain/markov/estimator.ts';
import { type Batch, batchUptime, eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import { nineFigures } from '../../support/figures.ts';
import { simulatedFleet } from '../../support/simulated.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';
import { AS_OF, anyStore, batchOf } from './any-store.ts';

function estimated(name: EstimatorName, batch: Batch, asOf: number) {
  const figures = new FigureColumns(batch.schedule.stores, true);
  new FleetEstimator().estimate(name, batch, asOf, figures, 0);
  return figures;
}

test('figures and credible intervals are within the open time, and nearest is the same without them', () => {
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        2,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      const plain = new FigureColumns(2);
      batchUptime(batch, asOf, plain, 0);
      const rule = estimated('nearest', batch, asOf);
      const chain = estimated('markov', batch, asOf);
      for (const store of [0, 1]) {
        assert.deepEqual(nineFigures(rule, store), nineFigures(plain, store));
        for (const w of WINDOWS.keys()) {
          const open = plain.open(store, w);
          assert.equal(chain.open(store, w), open);
          const known = chain.polls(store, 2) > 0 || plain.up(store, w) + plain.down(store, w) > 0;
          for (const figures of [rule, chain]) {
            const [low, up, high] = [figures.low(store, w), figures.up(store, w), figures.high(store, w)];
            assert.ok(0 <= low && low <= up && up <= high && high <= open, `${low} ≤ ${up} ≤ ${high} ≤ ${open}`);
            if (known) assert.equal(up + figures.down(store, w), open);
          }
        }
      }
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('the interval of a store without a counting poll is its whole open time', () => {
  const figures = estimated('markov', batchOf(1, [], []), AS_OF);
  for (const [w, window] of WINDOWS.entries()) {
    assert.deepEqual([figures.up(0, w), figures.down(0, w), figures.open(0, w)], [0, 0, window]);
    assert.deepEqual([figures.low(0, w), figures.high(0, w), figures.polls(0, w)], [0, window, 0]);
    assert.equal(figures.longestGap(0, w), window);
  }
});

test('polls are counted by window, with the longest open time between two of them', () => {
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        1,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      const figures = estimated('nearest', batch, asOf);
      eachStore(batch, asOf, (_, open) => {
        const counting = seen.map(({ instant }) => instant).filter((instant) => contains(open, instant));
        for (const [w, window] of WINDOWS.entries()) {
          const start = asOf - window;
          assert.equal(figures.polls(0, w), counting.filter((instant) => instant >= start).length);
          const cuts = [start, ...counting.filter((instant) => instant > start), asOf];
          const gaps = cuts
            .slice(1)
            .map((to, i) => total(intersect(open, [cuts[i] ?? to, Math.max(to, cuts[i] ?? to)])));
          assert.equal(figures.longestGap(0, w), Math.max(...gaps));
        }
      });
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

test('three stores without outages do not rule out outages of each other', () => {
  const seen = Array.from({ length: 190 }, (_, i) => AS_OF - (i + 0.5) * HOUR);
  const rows = [0, 1, 2].flatMap((store) => seen.map((instant) => ({ store, instant, active: true })));
  const figures = estimated('markov', batchOf(3, [], rows), AS_OF);
  assert.ok(figures.up(0, 2) > 0.99 * 7 * DAY, 'nearly always up');
  assert.ok(figures.up(0, 2) < 7 * DAY, 'the time between the polls is unobserved');
  assert.ok(figures.low(0, 2) < 7 * DAY, 'so that the range has a width');
});

test('a store unlike the rest of its fleet is estimated from its own polls', () => {
  const seen = Array.from({ length: 190 }, (_, i) => AS_OF - (i + 0.5) * HOUR);
  for (const usual of [true, false]) {
    // The sample has every second store, so it misses the unusual one.
    const rows = Array.from({ length: 2000 }, (_, store) =>
      seen.map((instant) => ({ store, instant, active: (store === 1) !== usual })),
    ).flat();
    const figures = estimated('markov', batchOf(2000, [], rows), AS_OF);
    for (const [w, window] of WINDOWS.entries()) {
      const up = figures.up(1, w) / window;
      assert.ok(usual ? up < 0.05 : up > 0.95, `up ${up} of a window beside stores that are ${usual}`);
    }
  }
});

test('two polls of one store leave its week uncertain', () => {
  const rows = [50, 20].map((minutes) => ({ store: 0, instant: AS_OF - minutes * MINUTE, active: true }));
  const figures = estimated('markov', batchOf(1, [], rows), AS_OF);
  const [low, up, high] = [figures.low(0, 2), figures.up(0, 2), figures.high(0, 2)];
  assert.ok(low < 6 * DAY && up < 7 * DAY && high <= 7 * DAY, `${low / HOUR} ≤ ${up / HOUR} ≤ ${high / HOUR} hours`);
});

test('markov is closer to the truth than nearest, and its intervals contain nine of ten truths', () => {
  const { batch, asOf, up } = simulatedFleet('sparse-polls', 600, 9);
  const chain = estimated('markov', batch, asOf);
  const rule = estimated('nearest', batch, asOf);
  const week = 2;
  const squares = { chain: 0, rule: 0 };
  let [inside, stores] = [0, 0];
  for (let store = 0; store < batch.schedule.stores; store++) {
    if (chain.polls(store, week) === 0) continue;
    const truth = up[store * WINDOWS.length + week] ?? Number.NaN;
    squares.chain += ((chain.up(store, week) - truth) / HOUR) ** 2;
    squares.rule += ((rule.up(store, week) - truth) / HOUR) ** 2;
    stores++;
    if (truth >= chain.low(store, week) - 1 && truth <= chain.high(store, week) + 1) inside++;
  }
  assert.ok(squares.chain < 0.75 * squares.rule, `${squares.chain} beside ${squares.rule}`);
  assert.ok(inside / stores > 0.86 && inside / stores < 0.94, `${inside} of ${stores}`);
});
