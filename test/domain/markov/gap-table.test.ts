import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bridge } from '../../../src/domain/markov/bridge.ts';
import { CellCounts } from '../../../src/domain/markov/cell-counts.ts';
import { INITIAL_CLASSES } from '../../../src/domain/markov/classes.ts';
import { CELL_FIGURES, CELLS, cellOf, GapTable, gapAt, KNOTS, knotOf } from '../../../src/domain/markov/gap-table.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

test('every gap of a report has a place between two knots', () => {
  for (let knot = 0; knot < KNOTS; knot++) assert.ok(Math.abs(knotOf(gapAt(knot)) - knot) < 1e-9, `knot ${knot}`);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 * DAY }), (gap) => {
      const knot = Math.floor(knotOf(gap));
      assert.ok(knot >= 0 && knot + 1 < KNOTS, `knot ${knot}`);
      assert.ok(gapAt(knot) <= gap && gap <= gapAt(knot + 1), `${gapAt(knot)} ${gap} ${gapAt(knot + 1)}`);
    }),
  );
});

test('between two knots the expected downtime is right to a hundredth of the gap, the less likely the less', () => {
  const table = new GapTable(INITIAL_CLASSES);
  const states = fc.constantFrom(0 as const, 1 as const);
  fc.assert(
    fc.property(fc.integer({ min: 15 * MINUTE, max: 12 * HOUR }), states, states, fc.nat(), (gap, from, to, pick) => {
      const k = pick % INITIAL_CLASSES.length;
      const latentClass = INITIAL_CLASSES[k] ?? { failure: 0, recovery: 0 };
      const [enter, leave] =
        from === 1 ? [latentClass.failure, latentClass.recovery] : [latentClass.recovery, latentClass.failure];
      const bridge = new Bridge();
      bridge.begin();
      bridge.open({ enter, leave }, gap);
      fc.pre(bridge.end(from === to ? 0 : 1));
      const one = new CellCounts(CELLS);
      one.add(cellOf(2 * from + to, gap), 1);
      const downtime = one.cells
        .subarray(0, one.length)
        .reduce(
          (sum, cell, i) => sum + (one.counts[i] ?? 0) * (table.figures[(k * CELLS + cell) * CELL_FIGURES] ?? 0),
          0,
        );
      const [some, none] = [one, new CellCounts(CELLS)].map((gaps) => {
        const logs = new Float64Array(table.width);
        table.logLikelihoods(1, gaps, logs, 0);
        return logs[k] ?? Number.NaN;
      });
      const likely = Math.exp((some ?? Number.NaN) - (none ?? Number.NaN));
      const exact = from === 1 ? bridge.mean : gap - bridge.mean;
      assert.ok(likely * Math.abs(downtime - exact) < 0.01 * gap, `${downtime}, exactly ${exact}, of ${gap}`);
    }),
  );
});
