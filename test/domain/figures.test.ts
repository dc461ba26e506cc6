import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureColumns } from '../../src/domain/figures.ts';
import { WINDOW_NAMES } from '../../src/domain/window.ts';

test('what is set for a store and a window is in the row and the column of that name', () => {
  const figures = new FigureColumns(3, true);
  for (const [w] of WINDOW_NAMES.entries()) {
    figures.set(1, w, 10 + w, 20 + w, 30 + w);
    figures.setDetails(1, w, 40 + w, 50 + w, 60 + w, 70 + w);
  }
  for (const [w, window] of WINDOW_NAMES.entries()) {
    const { up, down, open, low, high, longestGap, polls } = {
      up: figures.up(1, w),
      down: figures.down(1, w),
      open: figures.open(1, w),
      low: figures.low(1, w),
      high: figures.high(1, w),
      longestGap: figures.longestGap(1, w),
      polls: figures.polls(1, w),
    };
    assert.deepEqual(
      [up, down, open, low, high, longestGap, polls],
      [10, 20, 30, 40, 50, 60, 70].map((n) => n + w),
    );
    const columns = ['up', 'down', 'open', 'low', 'high', 'unpolled', 'polls'] as const;
    for (const [i, kind] of columns.entries()) {
      assert.deepEqual([...(figures.columns.get(`${kind}_${window}`) ?? [])], [0, 10 * (i + 1) + w, 0], kind);
    }
  }
});

test('without details there are no columns of details, and first polls are not known', () => {
  const figures = new FigureColumns(2);
  assert.deepEqual(
    [...figures.columns.keys()],
    [
      ...WINDOW_NAMES.flatMap((window) => [`up_${window}`, `down_${window}`, `open_${window}`]),
      'polls_counted',
      'first_poll',
    ],
  );
  assert.deepEqual([...figures.firstPoll], [Number.NaN, Number.NaN]);
  assert.equal(figures.columns.get('polls_counted'), figures.pollsCounted);
});

test('shared figures are seen by others on the same memory, first polls included', () => {
  for (const [detailed, pollInterval] of [
    [false, undefined],
    [true, 3_600_000],
  ] as const) {
    const figures = FigureColumns.shared(2, detailed, pollInterval);
    figures.firstPoll[1] = 5;
    figures.set(0, 2, 1, 2, 3);
    const same = new FigureColumns(2, detailed, pollInterval, figures.memory);
    const plain = new FigureColumns(2, detailed, pollInterval);
    assert.deepEqual([...same.columns.keys()], [...plain.columns.keys()]);
    assert.deepEqual([...same.firstPoll], [Number.NaN, 5]);
    assert.deepEqual([same.up(0, 2), same.down(0, 2), same.open(0, 2)], [1, 2, 3]);
  }
});
