import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnalyticsRow } from '../../web/api/schema.ts';
import {
  askedFrom,
  DEFAULT_DAYPARTS,
  isOver,
  isoWeekOf,
  kindOf,
  labelsOf,
  markedParts,
  type Order,
  periodOfKind,
  sortedMembers,
  treeOf,
} from '../../web/src/lib/analytics.ts';

test('an address without a question asks for the last 30 days by day', () => {
  const { period, by, group_by, daypart } = askedFrom(new URLSearchParams('as_of=latest'));
  assert.deepEqual(
    { period, by, group_by, daypart },
    { period: 'last-30-days', by: 'day', group_by: [], daypart: undefined },
  );
  const dates = askedFrom(new URLSearchParams('from=2026-10-01&label=brand:Bella&label=city:Rome&by=daypart'));
  assert.deepEqual([dates.period, dates.from, dates.to], [undefined, '2026-10-01', undefined]);
  assert.deepEqual(dates.label, ['brand:Bella', 'city:Rome']);
  assert.deepEqual(dates.daypart, DEFAULT_DAYPARTS);
});

test('each period is chosen in its own field, and what is none in the one for all others', () => {
  const kinds = ['last-7-days', '2026-10', '2026-13', '2026-w44', '2026-Q4', '2026', 'last-17-days', 'nonsense'];
  assert.deepEqual(
    kinds.map((period) => kindOf({ period, from: undefined, to: undefined })),
    ['last-7-days', 'month', 'month', 'week', 'quarter', 'other', 'other', 'other'],
  );
  const range = (from: string, to: string) => kindOf({ period: undefined, from, to });
  assert.equal(range('2026-10-01', '2026-10-02'), 'dates');
  assert.equal(range('2026-10-01T12:00:00Z', '2026-10-02T12:00:00Z'), 'other');
});

test('a month, quarter or week is at first the latest one that is over, also in January', () => {
  const periods = (today: string) => (['month', 'quarter', 'week'] as const).map((kind) => periodOfKind(kind, today));
  assert.deepEqual(periods('2026-11-28'), [{ period: '2026-10' }, { period: '2026-Q3' }, { period: '2026-W47' }]);
  assert.deepEqual(periods('2027-01-03'), [{ period: '2026-12' }, { period: '2026-Q4' }, { period: '2026-W52' }]);
  assert.deepEqual(periodOfKind('dates', '2026-03-03'), { from: '2026-02-24', to: '2026-03-03' });
});

test('ISO weeks belong to the year of their Thursday', () => {
  assert.deepEqual(
    ['2026-01-01', '2027-01-03', '2027-01-04', '2024-12-30', '2026-11-16', '1969-12-31'].map(isoWeekOf),
    ['2026-W01', '2026-W53', '2027-W01', '2025-W01', '2026-W47', '1970-W01'],
  );
});

test('a part is over when its last moment is, by the clock that is furthest behind', () => {
  const wall = Date.parse('2026-11-18T11:30:00Z');
  const over = (by: Parameters<typeof isOver>[0], ...parts: string[]) => parts.map((part) => isOver(by, part, wall));
  assert.deepEqual(over('hour', '2026-11-18T10:00', '2026-11-18T11:00'), [true, false]);
  assert.deepEqual(over('day', '2026-11-17', '2026-11-18', '2026-11-19'), [true, false, false]);
  assert.deepEqual(over('week', '2026-W46', '2026-W47'), [true, false]);
  assert.deepEqual(over('month', '2026-10', '2026-11', '2026-12'), [true, false, false]);
  assert.deepEqual(over('daypart', 'lunch'), [true]);
  assert.equal(isOver('day', '2026-11-18', undefined), true, 'of a period that is over');
});

test('an axis names at most six parts, and of hours those at midnight', () => {
  const days = Array.from({ length: 30 }, (_, i) => `2026-11-${String(i + 1).padStart(2, '0')}`);
  assert.deepEqual(markedParts('day', days), [0, 5, 10, 15, 20, 25]);
  const hours = days.slice(0, 3).flatMap((day) => ['22', '23', '00', '01'].map((hour) => `${day}T${hour}:00`));
  assert.deepEqual(markedParts('hour', hours), [2, 6, 10]);
});

/** A row of the answer with some figures. */
function row(group: Record<string, string | null>, down_seconds: number, uptime_ratio: number | null): AnalyticsRow {
  return { group, down_seconds, uptime_ratio, uptime_change: null } as AnalyticsRow;
}

test('groups are sorted among their siblings, and subtotals stay above their parts', () => {
  const rows = [
    row({}, 9, 0.9),
    row({ brand: 'Bella' }, 3, 0.5),
    row({ brand: 'Bella', city: 'Rome' }, 1, 0.4),
    row({ brand: 'Bella', city: 'Oslo' }, 2, 0.6),
    row({ brand: null }, 1, null),
    row({ brand: null, city: 'Rome' }, 1, null),
    row({ brand: 'Corte' }, 5, 0.9),
    row({ brand: 'Corte', city: null }, 5, 0.9),
  ];
  const tree = treeOf(rows, ['brand', 'city']);
  assert.ok(tree !== undefined, 'there is a tree');
  const sorted = (order: Order) => sortedMembers(tree, order).map(({ value }) => value);
  assert.deepEqual(sorted('downtime'), ['Corte', null, 'Bella', 'Oslo', 'Rome', null, 'Rome']);
  assert.deepEqual(sorted('uptime'), ['Bella', 'Rome', 'Oslo', 'Corte', null, null, 'Rome']);
  assert.deepEqual(sorted('name'), ['Bella', 'Oslo', 'Rome', 'Corte', null, null, 'Rome']);
  const [corte, without] = sortedMembers(tree, 'downtime');
  assert.deepEqual(corte && labelsOf(corte), ['brand:Corte']);
  assert.equal(without && labelsOf(without), undefined, 'nothing filters by a label that is missing');
  assert.equal(treeOf([], []), undefined);
});
