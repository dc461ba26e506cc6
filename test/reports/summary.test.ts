import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureColumns } from '../../src/domain/figures.ts';
import type { WindowName } from '../../src/domain/window.ts';
import type { ReportFigures } from '../../src/reports/figures.ts';
import { summaryOf } from '../../src/reports/summary.ts';

/** Figures whose last day is given for each store as up, down and open milliseconds; the other windows are empty. */
function figuresOf(day: readonly (readonly [up: number, down: number, open: number])[]): ReportFigures {
  const column = (part: 0 | 1 | 2, window: WindowName) =>
    Float64Array.from(day, (store) => (window === 'day' ? store[part] : 0));
  const columns = new Map<string, Float64Array>();
  for (const window of ['hour', 'day', 'week'] as const) {
    columns.set(`up_${window}`, column(0, window));
    columns.set(`down_${window}`, column(1, window));
    columns.set(`open_${window}`, column(2, window));
  }
  columns.set('polls_counted', new Float64Array(day.length));
  return { asOf: 0, estimator: 'nearest', ids: day.map((_, i) => String(i)), columns };
}

test('each store falls into the bar that its ratio reaches, and only a store that was never down into the last', () => {
  const ratios = [0, 0.4999, 0.5, 0.7999, 0.8, 0.9, 0.95, 0.99, 0.9999, 1];
  const { histogram } = summaryOf(figuresOf(ratios.map((r) => [r * 10_000, 10_000 - r * 10_000, 10_000])), 'day');
  assert.deepEqual(histogram, [
    { from: 0, to: 0.5, stores: 2 },
    { from: 0.5, to: 0.8, stores: 2 },
    { from: 0.8, to: 0.9, stores: 1 },
    { from: 0.9, to: 0.95, stores: 1 },
    { from: 0.95, to: 0.99, stores: 1 },
    { from: 0.99, to: 1, stores: 2 },
    { from: 1, to: 1, stores: 1 },
  ]);
});

test('the sums are exact, and a store without known open time is counted apart', () => {
  const figures = figuresOf([
    [1_800_000.5, 1_799_999.5, 3_600_000],
    [0, 0, 3_600_000],
    [0, 0, 0],
  ]);
  const { histogram: _bars, ...day } = summaryOf(figures, 'day');
  assert.deepEqual(day, {
    open: 7_200_000,
    up: 1_800_000.5,
    down: 1_799_999.5,
    unknown: 3_600_000,
    covered: undefined,
    storesWithData: 1,
    storesWithoutData: 2,
  });
  const week = summaryOf(figures, 'week');
  assert.equal(week.storesWithoutData, 3);
  assert.ok(
    week.histogram.every(({ stores }) => stores === 0),
    'no store is in a bar',
  );
});

test('the covered time is the sum of all stores', () => {
  const columns = new FigureColumns(2, false, 3_600_000);
  columns.setCovered(0, 1, 1_800_000);
  columns.setCovered(1, 1, 900_000.5);
  const figures = { asOf: 0, estimator: 'nearest', ids: ['a', 'b'], columns: columns.columns } as const;
  assert.equal(summaryOf(figures, 'day').covered, 2_700_000.5);
});
