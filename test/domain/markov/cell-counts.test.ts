import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellCounts } from '../../../src/domain/markov/cell-counts.ts';

const CELLS = 12;
const entries = fc.array(fc.tuple(fc.double({ min: 0, max: CELLS - 1, noNaN: true }), fc.integer({ min: 1, max: 5 })));

test('counts are divided between two neighboring cells, and each cell has one entry', () => {
  const counts = new CellCounts(CELLS);
  fc.assert(
    fc.property(entries, (drawn) => {
      // Cleared and reused: entries of earlier runs must not be found again.
      counts.clear();
      const expected = new Array<number>(CELLS).fill(0);
      for (const [position, count] of drawn) {
        counts.add(position, count);
        const cell = Math.floor(position);
        expected[cell] = (expected[cell] ?? 0) + count * (1 - (position - cell));
        if (position > cell) expected[cell + 1] = (expected[cell + 1] ?? 0) + count * (position - cell);
      }
      const cells = [...counts.cells.subarray(0, counts.length)];
      assert.equal(new Set(cells).size, cells.length, 'a cell has two entries');
      for (const [cell, count] of expected.entries()) {
        const found = counts.counts[cells.indexOf(cell)] ?? 0;
        assert.ok(Math.abs((cells.includes(cell) ? found : 0) - count) < 1e-9, `cell ${cell}: ${found}, not ${count}`);
      }
    }),
  );
});
