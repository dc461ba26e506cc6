import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PollRows } from '../../../src/intake/api/rows.ts';
import { DEFAULT_BUDGETS } from '../../../src/lib/budgets.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const HOUR = 3_600_000;
const STORES = { count: 0, mayAdd: true, knows: () => false, sees: () => true };

function rowsAt(trusted: boolean): PollRows {
  return new PollRows(NOW, STORES, DEFAULT_BUDGETS, trusted);
}

function add(rows: PollRows, instant: number): void {
  rows.add('a', 'active', new Date(instant).toISOString(), undefined);
}

test('a poll in the future or too old is bad by a trusted clock, and no poll is judged by another', () => {
  const times = [NOW + HOUR, NOW - DEFAULT_BUDGETS.earliestPoll - HOUR];
  const rows = rowsAt(true);
  for (const instant of [...times, NOW]) add(rows, instant);
  assert.deepEqual([rows.received, rows.rejected], [3, 2]);
  for (const instant of times) {
    assert.throws(() => add(rowsAt(false), instant), { name: 'UserError', code: 'unavailable', retryAfter: 60 });
  }
  const good = rowsAt(false);
  add(good, NOW);
  good.add('a', 'active', 'yesterday', undefined);
  assert.deepEqual([good.received, good.rejected], [2, 1]);
});
