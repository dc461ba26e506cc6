import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellCounts } from '../../../src/domain/markov/cell-counts.ts';
import { GapRun } from '../../../src/domain/markov/gap-run.ts';
import { CELLS, cellOf, DOWN_DOWN, gapAt, KNOTS, UP_UP } from '../../../src/domain/markov/gap-table.ts';
import { HOUR, MINUTE } from '../reference.ts';

/** Follows polls with these gaps in minutes, all in one state, from a poll at 0 on. */
function followed(minutes: readonly number[], state = 1, run = new GapRun()): GapRun {
  let at = 0;
  const instants = Float64Array.from(minutes, (gap) => (at += gap * MINUTE));
  const active = new Uint8Array(minutes.length).fill(state);
  const next = run.follow(instants, active, 0, minutes.length, Number.POSITIVE_INFINITY, 0, state);
  assert.equal(next, minutes.length, 'all gaps belong to the run');
  return run;
}

/** The counts by cell, without those that are 0. */
function counts(run: GapRun, state = 1): Map<number, number> {
  const cells = new CellCounts(CELLS);
  run.addTo(cells, state);
  const found = Array.from({ length: cells.length }, (_, i) => [cells.cells[i] ?? -1, cells.counts[i] ?? 0] as const);
  return new Map(found.filter(([, count]) => count > 1e-9));
}

const gaps = fc.array(fc.double({ min: 0.01, max: 149.9, noNaN: true }), { minLength: 1, maxLength: 60 });

test('the number and the total length of the gaps are kept', () => {
  fc.assert(
    fc.property(gaps, fc.constantFrom(0, 1), (minutes, state) => {
      let [number, length] = [0, 0];
      for (const [cell, count] of counts(followed(minutes, state), state)) {
        assert.equal(Math.floor(cell / KNOTS), state === 1 ? UP_UP : DOWN_DOWN);
        number += count;
        length += count * gapAt(cell % KNOTS);
      }
      const expected = minutes.reduce((sum, gap) => sum + gap, 0);
      assert.ok(Math.abs(number - minutes.length) < 1e-6, `${number} gaps, expected ${minutes.length}`);
      assert.ok(Math.abs(length / MINUTE - expected) < 1e-6, `${length / MINUTE} minutes, expected ${expected}`);
    }),
  );
});

test('two lengths with the mean and the variance of the gaps stand for all of them', () => {
  // Mean 45, deviation 15: lengths of 30 and 60 minutes, which both are knots of the table.
  assert.deepEqual(
    counts(followed([30, 60, 60, 30])),
    new Map([
      [cellOf(UP_UP, HOUR / 2), 2],
      [cellOf(UP_UP, HOUR), 2],
    ]),
  );
});

test('gaps of one length are one length', () => {
  assert.deepEqual(counts(followed([60, 60, 60])), new Map([[cellOf(UP_UP, HOUR), 3]]));
});

test('short gaps are kept as gaps of their mean length', () => {
  assert.deepEqual(counts(followed([2, 8, 5], 0), 0), new Map([[cellOf(DOWN_DOWN, 5 * MINUTE), 3]]));
});

test('a run ends before a long gap, a change of state, a given instant, and the last poll', () => {
  const instants = Float64Array.of(60, 120, 270, 330).map((minutes) => minutes * MINUTE);
  const follow = (active: readonly number[], last: number, end = Number.POSITIVE_INFINITY) =>
    new GapRun().follow(instants, Uint8Array.from(active), 0, last, end, 0, 1);
  assert.equal(follow([1, 1, 1, 1], 4), 2, 'before the gap of 150 minutes');
  assert.equal(follow([1, 0, 1, 1], 4), 1, 'before the change of state');
  assert.equal(follow([1, 1, 1, 1], 4, 120 * MINUTE), 1, 'before the given instant');
  assert.equal(follow([1, 1, 1, 1], 1), 1, 'after the last poll');
});

test('runs add up to one over all of their gaps', () => {
  fc.assert(
    fc.property(gaps, gaps, (some, others) => {
      const [sum, other, whole] = [followed(some), followed(others), followed([...some, ...others])];
      sum.add(other);
      const [got, expected] = [counts(sum), counts(whole)];
      for (const cell of new Set([...got.keys(), ...expected.keys()])) {
        const [one, all] = [got.get(cell) ?? 0, expected.get(cell) ?? 0];
        // Instants are sums of gaps, so lengths differ in the last digits.
        assert.ok(Math.abs(one - all) < 1e-3, `cell ${cell}: ${one}, expected ${all}`);
      }
      assert.ok(Math.abs(sum.longest / MINUTE - Math.max(...some, ...others)) < 1e-6, `longest ${sum.longest}`);
    }),
  );
});

test('a cleared run is empty', () => {
  const run = followed([1, 60]);
  assert.equal(run.isEmpty, false);
  run.clear();
  assert.deepEqual([run.isEmpty, run.longest, counts(run).size], [true, 0, 0]);
});
