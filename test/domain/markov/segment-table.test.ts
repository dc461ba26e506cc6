import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bridge } from '../../../src/domain/markov/bridge.ts';
import { CellCounts } from '../../../src/domain/markov/cell-counts.ts';
import { GapTable } from '../../../src/domain/markov/gap-table.ts';
import { DowntimeSums } from '../../../src/domain/markov/posterior-sums.ts';
import { GAP_SEGMENTS, GapSegmentTable, gapSegmentOf, LONGEST_EDGE } from '../../../src/domain/markov/segment-table.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

const LATENT = { failure: 1 / (6 * HOUR), recovery: 1 / (40 * MINUTE) };
const table = new GapSegmentTable(new GapTable([LATENT]));

/** The downtime of one edge by the table. */
function tabulated(state: 0 | 1, length: number, rest: number): DowntimeSums {
  const [cells, sums] = [new CellCounts(GAP_SEGMENTS), new DowntimeSums()];
  cells.add(gapSegmentOf(state, length, rest), 1);
  sums.clear();
  sums.addSegments(0, 0, table, 0, cells);
  return sums;
}

/** The same edge by the bridge to the other poll of its gap, which saw the same state; there may be none. */
function exact(state: 0 | 1, length: number, rest: number) {
  const { failure, recovery } = LATENT;
  const bridge = new Bridge();
  const rates = state === 1 ? { enter: failure, leave: recovery } : { enter: recovery, leave: failure };
  bridge.begin();
  bridge.open(rates, length);
  if (Number.isFinite(rest)) bridge.closed(rates, rest);
  bridge.end(Number.isFinite(rest) ? 0 : -1);
  return { mean: state === 1 ? bridge.mean : length - bridge.mean, none: bridge.none };
}

function checkEdge(state: 0 | 1, length: number, rest: number): void {
  const [sums, { mean, none }] = [tabulated(state, length, rest), exact(state, length, rest)];
  const got = sums.mean[0] ?? Number.NaN;
  assert.ok(Math.abs(got - mean) <= 0.01 * length + 1_000, `${got} ms, exactly ${mean}, of ${length} beside ${rest}`);
  const stayed = Math.exp((state === 1 ? sums.never[0] : sums.always[0]) ?? Number.NaN);
  assert.ok(Math.abs(stayed - none) < 0.02, `stayed with probability ${stayed}, exactly ${none}`);
  const changed = (state === 1 ? sums.always[0] : sums.never[0]) ?? Number.NaN;
  assert.ok(changed < -1e5, 'the poll rules out the other state');
}

test('an edge has the downtime of a bridge to the next poll, within a hundredth of its length', () => {
  const rest = fc.oneof(fc.integer({ min: 0, max: 8 * DAY }), fc.constant(Number.POSITIVE_INFINITY));
  const state = fc.constantFrom(0 as const, 1 as const);
  fc.assert(fc.property(state, fc.integer({ min: 1, max: LONGEST_EDGE }), rest, checkEdge), { numRuns: 500 });
});

test('an edge keeps that bound on both sides of every step of the rounded rests', () => {
  // Rests are rounded, so the error is largest just before and after the rounded length changes.
  let steps = 0;
  for (let rest = 0; rest < 8 * DAY; rest += MINUTE / 6) {
    const [line, next] = [gapSegmentOf(0, LONGEST_EDGE, rest), gapSegmentOf(0, LONGEST_EDGE, rest + MINUTE / 6)];
    if (line === next) continue;
    steps++;
    for (let length = MINUTE; length < LONGEST_EDGE; length += 3 * MINUTE) {
      for (const state of [0, 1] as const) {
        checkEdge(state, length, rest);
        checkEdge(state, length, rest + MINUTE / 6);
      }
    }
  }
  assert.ok(steps > 100, `${steps} steps`);
});

test('for gaps cut only by a window, the tabulated lengths are exact', () => {
  for (const column of [1, 7, 18]) {
    const length = LONGEST_EDGE * (column / 18) ** 2;
    const [got, { mean }] = [tabulated(1, length, 0).mean[0] ?? Number.NaN, exact(1, length, 0)];
    assert.ok(Math.abs(got - mean) < 1e-3 * length, `${got} ms, exactly ${mean}, of ${length}`);
  }
});
