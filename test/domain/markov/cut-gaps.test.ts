import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contains, intersect, total } from '../../../src/domain/interval.ts';
import { Bridge } from '../../../src/domain/markov/bridge.ts';
import type { CellCounts } from '../../../src/domain/markov/cell-counts.ts';
import { CutGaps } from '../../../src/domain/markov/cut-gaps.ts';
import { CELLS } from '../../../src/domain/markov/gap-table.ts';
import { StoreGaps } from '../../../src/domain/markov/gaps.ts';
import { DowntimeSums } from '../../../src/domain/markov/posterior-sums.ts';
import { LONGEST_EDGE } from '../../../src/domain/markov/segment-table.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import { pollColumns } from '../../support/fleet.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';
import { AS_OF, anyStore, batchOf } from './any-store.ts';

const UP = { enter: 1 / (20 * HOUR), leave: 1 / (50 * MINUTE) };
const DOWN = { enter: UP.leave, leave: UP.enter };
const EDGE_LENGTHS = 19;

/** The sums of the bridges of one store; polls are `[age, active]`. */
function bridges(open: readonly number[], polls: readonly (readonly [age: number, active: boolean])[]) {
  const rows = polls.map(([age, active]) => ({ store: 0, instant: AS_OF - age, active }));
  const gaps = new StoreGaps();
  assert.ok(gaps.gather(open, pollColumns(rows), 0, rows.length, AS_OF), 'polls count');
  const cut = new CutGaps();
  cut.set(open, gaps, AS_OF);
  const sums = new DowntimeSums();
  sums.clear();
  cut.addBridges(sums, UP, DOWN);
  return { cut, sums };
}

/** A bridge over lengths of alternating closed and open time, closed first. */
function bridge(rates: typeof UP, lengths: readonly number[], seen: 0 | 1 | -1): Bridge {
  const walked = new Bridge();
  walked.begin();
  for (const [i, length] of lengths.entries()) {
    if (i % 2 === 0) walked.closed(rates, length);
    else walked.open(rates, length);
  }
  walked.end(seen);
  return walked;
}

/** From ages before `AS_OF` to instants, in order. */
const since = (...ages: number[]): number[] => ages.map((age) => AS_OF - age);

function near(got: number | undefined, expected: number, what: string): void {
  const error = Math.abs((got ?? Number.NaN) - expected);
  assert.ok(error <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${got}, expected ${expected}`);
}

test('a gap that is closed twice is one exact bridge in the windows that contain it', () => {
  const open = since(30 * HOUR, 9 * HOUR, 8 * HOUR, 7 * HOUR, 6 * HOUR, 5 * HOUR);
  const { sums } = bridges(open, [
    [9.5 * HOUR, true],
    [5.5 * HOUR, false],
    [5 * HOUR + 1, false],
  ]);
  const expected = bridge(UP, [0, 0.5 * HOUR, HOUR, HOUR, HOUR, 0.5 * HOUR], 1);
  const before = bridge(UP, [0, (24 - 9.5) * HOUR], -1);
  assert.equal(sums.mean[0], 0, 'none of it is in the last hour');
  near(sums.mean[1], before.mean + expected.mean, 'mean of the day');
  near(sums.variance[1], before.variance + expected.variance, 'variance of the day');
  near(sums.never[1], Math.log(before.none) - 1e6, 'never down, which the poll rules out');
  const earlier = bridge(UP, [0, (30 - 9.5) * HOUR], -1);
  near(sums.mean[2], earlier.mean + expected.mean, 'mean of the week');
});

test('a window that begins within a gap sees its own part, the rest as closed time', () => {
  // From 30 to 20 hours ago, with a change of state, across the start of the day's window.
  const open = since(31 * HOUR, 19 * HOUR);
  const { sums } = bridges(open, [
    [30 * HOUR, true],
    [20 * HOUR, false],
    [19 * HOUR + 1, false],
  ]);
  const ofDay = bridge(UP, [6 * HOUR, 4 * HOUR], 1);
  near(sums.mean[1], ofDay.mean, 'mean of the day');
  near(sums.variance[1], ofDay.variance, 'variance of the day');
});

test('a bridge from a poll that saw the store down has the downtime of staying there', () => {
  // Longer than what is tabulated.
  const open = since(16 * HOUR, 2 * HOUR);
  const { sums } = bridges(open, [
    [16 * HOUR, false],
    [2 * HOUR + 1, true],
  ]);
  const uptime = bridge(DOWN, [0, 14 * HOUR - 1], 1);
  near(sums.mean[1], 14 * HOUR - 1 - uptime.mean, 'mean of the day');
  near(sums.always[1], -1e6, 'always down, which the poll rules out');
});

test('a gap of one state that only a night cuts is two edges, without a bridge', () => {
  // Closed from 18 to 8 hours ago; cut once more, by the start of the last hour.
  const open = since(20 * HOUR, 18 * HOUR, 8 * HOUR, 0);
  const { cut, sums } = bridges(open, [
    [19 * HOUR, true],
    [7 * HOUR, true],
    ...[6, 5, 4, 3, 2].map((hours) => [hours * HOUR, true] as const),
    [90 * MINUTE, true],
    [30 * MINUTE, true],
    [1, true],
  ]);
  // The night's edges are kept with the segments; cut gaps are what the start of the last hour cuts, and the ends.
  assert.equal(sums.mean[0], 0);
  const own = cut.own[0] as CellCounts;
  assert.ok(own.length > 0, 'the last hour sees an edge of its own');
  for (let i = 0; i < own.length; i++) assert.ok((own.cells[i] ?? 0) >= CELLS, 'an edge, not a whole gap');
});

test('edges and bridges together are all of the open time of the cut gaps', () => {
  // A class that never recovers: a store seen down is down for all of the open time of a bridge.
  const stays = { enter: 0, leave: 1 / DAY };
  const [gaps, cut, sums] = [new StoreGaps(), new CutGaps(), new DowntimeSums()];
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        1,
        hours,
        seen.map(({ instant }) => ({ store: 0, instant, active: false })),
      );
      eachStore(batch, asOf, (_, open, first, last) => {
        if (!gaps.gather(open, batch.polls, first, last, asOf)) return;
        cut.set(open, gaps, asOf);
        sums.clear();
        cut.addBridges(sums, stays, stays);
        for (const [w, window] of WINDOWS.entries()) {
          let got = sums.mean[w] ?? Number.NaN;
          for (let v = 0; v <= w; v++) got += edgeTime(cut.shared[v] as CellCounts);
          got += edgeTime(cut.own[w] as CellCounts);
          let [expected, longest] = [0, 0];
          for (let c = 0; c < gaps.cut.length; c += 4) {
            const [from, to] = [Math.max(gaps.cut.at(c), asOf - window), Math.min(gaps.cut.at(c + 1), asOf)];
            const time = from < to ? total(intersect(open, [from, to])) : 0;
            expected += time;
            longest = Math.max(longest, time);
          }
          assert.ok(Math.abs(got - expected) < 100, `${got} ms of window ${w}, expected ${expected}`);
          assert.equal(cut.longestGap[w], longest, `the longest gap of window ${w}`);
        }
      });
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

/** The open time of edges, by the length that each cell stands for. */
function edgeTime({ cells, counts, length }: CellCounts): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const column = ((cells[i] ?? Number.NaN) - CELLS) % EDGE_LENGTHS;
    sum += (counts[i] ?? Number.NaN) * LONGEST_EDGE * (column / (EDGE_LENGTHS - 1)) ** 2;
  }
  return sum;
}

test('the time of a store without a poll in a window is one gap', () => {
  const open = since(50 * HOUR, 0);
  const { cut } = bridges(open, [[40 * HOUR, true]]);
  assert.deepEqual([...cut.longestGap], [HOUR, DAY, 40 * HOUR]);
  assert.ok(contains(open, AS_OF - 40 * HOUR), 'the poll counts');
});
