import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, EMPTY, type Intervals, totalWithin } from '../../../src/domain/interval.ts';
import type { LatentClass } from '../../../src/domain/markov/classes.ts';
import type { FleetModel } from '../../../src/domain/markov/estimator.ts';
import { GapTable } from '../../../src/domain/markov/gap-table.ts';
import { StoreGaps } from '../../../src/domain/markov/gaps.ts';
import { DowntimePosterior } from '../../../src/domain/markov/posterior.ts';
import { cellsOf, type DivisionName } from '../../../src/domain/periods/cells.ts';
import { PeriodPosterior } from '../../../src/domain/periods/posterior.ts';
import type { Slots } from '../../../src/domain/periods/slots.ts';
import { newPeriodStates, walkPeriodStates } from '../../../src/domain/periods/states.ts';
import { addStore, PeriodSums } from '../../../src/domain/periods/sums.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { type PollRow, pollColumns } from '../../support/fleet.ts';
import { anyStore, batchOf } from '../markov/any-store.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

const AT = Date.parse('2026-11-02T00:00:00Z');
const ONE: LatentClass = { failure: 1 / (10 * HOUR), recovery: 1 / (2 * HOUR) };

function modelOf(classes: readonly LatentClass[]): FleetModel {
  const weights = Float64Array.from(classes, () => 1 / classes.length);
  return { classes, weights, monitored: 365 * DAY };
}

/** Stretches of time from `AT` on, each of its own cell. */
function slotsOf(ends: readonly (readonly [from: number, to: number, cell: number])[]): Slots {
  return {
    length: ends.length,
    from: Float64Array.from(ends, ([from]) => AT + from),
    to: Float64Array.from(ends, ([, to]) => AT + to),
    cell: Int32Array.from(ends, ([, , cell]) => cell),
  };
}

function estimated(
  polls: readonly (readonly [at: number, active: boolean])[],
  slots: Slots,
  open: Intervals = ALWAYS,
  classes: readonly LatentClass[] = [ONE],
) {
  const rows = polls.map(([at, active]): PollRow => ({ store: 0, instant: AT + at, active }));
  const states = newPeriodStates();
  walkPeriodStates(open, pollColumns(rows), 0, rows.length, states);
  const posterior = new PeriodPosterior(modelOf(classes), 1 + Math.max(...slots.cell));
  posterior.estimate(open, states, slots);
  return { posterior, states };
}

/** The probability that the chain is down after some time, given that it was up or down before. */
function downAfter({ failure, recovery }: LatentClass, wasDown: boolean, time: number): number {
  const share = failure / (failure + recovery);
  const rest = Math.exp(-(failure + recovery) * time);
  return share + ((wasDown ? 1 : 0) - share) * rest;
}

/** The expected downtime in `[from, to)` between two polls: the probability of being down, summed over time. */
function expectedBetween(before: boolean, after: boolean, gap: number, from: number, to: number): number {
  const steps = 4_000;
  const step = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const at = from + (i + 0.5) * step;
    const down = downAfter(ONE, !before, at);
    const endsSo = (wasDown: boolean, time: number) => {
      const isDown = downAfter(ONE, wasDown, time);
      return after ? 1 - isDown : isDown;
    };
    sum += (step * (down * endsSo(true, gap - at))) / endsSo(!before, gap);
  }
  return sum;
}

function near(got: number | undefined, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs((got ?? Number.NaN) - expected) <= tolerance, `${what}: ${got}, expected ${expected}`);
}

for (const [before, after] of [
  [true, false],
  [false, true],
  [true, true],
  [false, false],
] as const) {
  test(`downtime between a poll that is ${before ? 'up' : 'down'} and one that is ${after ? 'up' : 'down'} is divided at the end of a day as the chain has it`, () => {
    const polls = [[0, before] as const, [HOUR, after] as const];
    const cut = 25 * MINUTE;
    const { posterior } = estimated(
      polls,
      slotsOf([
        [0, cut, 0],
        [cut, HOUR, 1],
      ]),
    );
    near(posterior.mean[0], expectedBetween(before, after, HOUR, 0, cut), 0.05 * MINUTE, 'before midnight');
    near(posterior.mean[1], expectedBetween(before, after, HOUR, cut, HOUR), 0.05 * MINUTE, 'after midnight');
    const { posterior: whole } = estimated(polls, slotsOf([[0, HOUR, 0]]));
    near(whole.mean[0], expectedBetween(before, after, HOUR, 0, HOUR), 0.05 * MINUTE, 'both');
  });
}

test('after eight days without a poll, nothing is estimated', () => {
  const { posterior } = estimated([[0, true]], slotsOf([[-9 * DAY, 9 * DAY, 0]]));
  assert.equal(posterior.known[0], 16 * DAY);
  assert.equal(posterior.unmonitored[0], 16 * DAY);
  const { posterior: far } = estimated(
    [
      [0, true],
      [20 * DAY, true],
    ],
    slotsOf([
      [0, 8 * DAY, 0],
      [8 * DAY, 12 * DAY, 1],
      [12 * DAY, 20 * DAY, 2],
    ]),
  );
  assert.deepEqual([...far.known], [8 * DAY, 0, 8 * DAY]);
});

test('the same hour of two days between two polls is one bridge, since what happened then depends on each other', () => {
  const both = slotsOf([
    [20 * HOUR, 21 * HOUR, 0],
    [21 * HOUR, 44 * HOUR, 1],
    [44 * HOUR, 45 * HOUR, 0],
  ]);
  const long: LatentClass = { failure: 1 / (30 * DAY), recovery: 1 / (30 * DAY) };
  const { posterior } = estimated(
    [
      [0, true],
      [60 * HOUR, false],
    ],
    both,
    ALWAYS,
    [long],
  );
  const first = estimated(
    [
      [0, true],
      [60 * HOUR, false],
    ],
    slotsOf([[20 * HOUR, 21 * HOUR, 0]]),
    ALWAYS,
    [long],
  ).posterior;
  const second = estimated(
    [
      [0, true],
      [60 * HOUR, false],
    ],
    slotsOf([[44 * HOUR, 45 * HOUR, 0]]),
    ALWAYS,
    [long],
  ).posterior;
  near(posterior.mean[0], (first.mean[0] as number) + (second.mean[0] as number), 1, 'the mean');
  const apart = (first.variance[0] as number) + (second.variance[0] as number);
  assert.ok((posterior.variance[0] as number) > 1.2 * apart, 'being down in the first hour makes the second likely');
});

test('the week of a report has the same posterior', () => {
  fc.assert(
    fc.property(anyStore, ([hours, polls, asOf]) => {
      const batch = batchOf(
        1,
        hours,
        polls.map((poll) => ({ store: 0, ...poll })),
      );
      const classes = [ONE, { failure: 1 / (100 * HOUR), recovery: 1 / HOUR }];
      const model = modelOf(classes);
      const expected = new DowntimePosterior({ table: new GapTable(classes), weights: model.weights });
      const gaps = new StoreGaps();
      const states = newPeriodStates();
      const found = new PeriodPosterior(model, 1);
      const slots = {
        length: 1,
        from: Float64Array.of(asOf - 7 * DAY),
        to: Float64Array.of(asOf),
        cell: Int32Array.of(0),
      };
      eachStore(batch, asOf, (_store, open, first, last) => {
        if (!gaps.gather(open, batch.polls, first, last, asOf)) return;
        expected.estimate(open, gaps, asOf);
        walkPeriodStates(open, batch.polls, first, last, states);
        found.estimate(open, states, slots);
        const length = totalWithin(open, asOf - 7 * DAY, asOf);
        if (length === 0) return;
        assert.equal(found.known[0], length);
        const spread = Math.sqrt(expected.variance[2] as number);
        near(found.mean[0], expected.mean[2] as number, 0.001 * length + 0.05 * spread, 'the mean');
        near(Math.sqrt(found.variance[0] as number), spread, 0.002 * length + 0.05 * spread, 'the deviation');
        near(found.never[0], expected.never[2] as number, 0.02, 'never down');
        near(found.always[0], expected.always[2] as number, 0.02, 'always down');
      });
    }),
    { numRuns: 150 },
  );
});

test('parts have the known time of the rule, and expectations that add up to that of the period', () => {
  const dates = { first: AT / DAY, end: AT / DAY + 9 };
  const drawn = fc.uniqueArray(fc.record({ at: fc.integer({ min: -15 * 48, max: 20 * 48 }), active: fc.boolean() }), {
    selector: ({ at }) => at,
    minLength: 1,
    maxLength: 40,
  });
  const days = (from: number, to: number): Intervals =>
    Array.from({ length: 40 }, (_, day) => [AT + (day - 16) * DAY + from, AT + (day - 16) * DAY + to]).flat();
  fc.assert(
    fc.property(drawn, fc.constantFrom(ALWAYS, days(9 * HOUR, 22.5 * HOUR)), (polls, open) => {
      const sorted = polls.map(({ at, active }) => [at * 30 * MINUTE, active] as const).sort(([a], [b]) => a - b);
      const means = new Map<DivisionName, number>();
      for (const by of ['total', 'day', 'hour', 'hour_of_week'] as const) {
        const cells = cellsOf(by, dates);
        const pieces = Array.from({ length: 9 * 24 }, (_, hour) => {
          const wall = AT + hour * HOUR;
          return [hour * HOUR, (hour + 1) * HOUR, cells.cell(Math.floor(wall / DAY), wall)] as const;
        });
        const slots = slotsOf(joined(pieces));
        const { posterior, states } = estimated(sorted, slots, open);
        const sums = new PeriodSums(cells.count);
        addStore({ open, unknown: EMPTY, adjusted: undefined, covered: EMPTY, states }, slots, sums, 0);
        let mean = 0;
        for (let cell = 0; cell < cells.count; cell++) {
          const { up, down } = sums.at(cell);
          const isTouched = posterior.touched.includes(cell);
          near(isTouched ? posterior.known[cell] : 0, up + down, 1e-6, `known time of ${cells.name(cell)}`);
          if (isTouched) mean += posterior.mean[cell] as number;
        }
        means.set(by, mean);
      }
      for (const [by, mean] of means) near(mean, means.get('total') as number, 0.01 * 9 * DAY, by);
    }),
    { numRuns: 60 },
  );
});

/** Neighbors of the same cell as one stretch. */
function joined(pieces: readonly (readonly [from: number, to: number, cell: number])[]) {
  const all: [number, number, number][] = [];
  for (const [from, to, cell] of pieces) {
    const last = all.at(-1);
    if (last?.[2] === cell) last[1] = to;
    else all.push([from, to, cell]);
  }
  return all;
}
