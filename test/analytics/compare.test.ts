import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, comparedEnds } from '../../src/analytics/compare.ts';
import { dateText } from '../../src/domain/periods/dates.ts';
import { dayNumber } from '../support/periods.ts';

function compared(comparison: Comparison, from: string, to: string): string {
  const other = comparedEnds({ kind: 'dates', dates: { first: dayNumber(from), end: dayNumber(to) } }, comparison);
  assert.equal(other.kind, 'dates');
  const { first, end } = (other as Extract<typeof other, { kind: 'dates' }>).dates;
  return `${dateText(first)} ${dateText(end)}`;
}

test('whole months are compared with as many whole months', () => {
  assert.equal(compared('previous', '2026-10-01', '2026-11-01'), '2026-09-01 2026-10-01');
  assert.equal(compared('previous', '2026-01-01', '2026-04-01'), '2025-10-01 2026-01-01');
  assert.equal(compared('previous', '2026-01-01', '2027-01-01'), '2025-01-01 2026-01-01');
  assert.equal(compared('year_ago', '2024-02-01', '2024-03-01'), '2023-02-01 2023-03-01');
  assert.equal(compared('year_ago', '2026-10-01', '2027-01-01'), '2025-10-01 2026-01-01');
});

test('other dates are compared with as many days before, or on the same weekdays a year ago', () => {
  assert.equal(compared('previous', '2026-11-23', '2026-11-30'), '2026-11-16 2026-11-23');
  assert.equal(compared('previous', '2026-10-02', '2026-11-01'), '2026-09-02 2026-10-02');
  assert.equal(compared('year_ago', '2026-11-23', '2026-11-30'), '2025-11-24 2025-12-01');
  const monday = (date: string) => (dayNumber(date) + 3) % 7;
  assert.deepEqual([monday('2026-11-23'), monday('2025-11-24')], [0, 0]);
});

test('instants are compared with as much time', () => {
  const [from, to] = [Date.parse('2026-11-23T06:00:00Z'), Date.parse('2026-11-23T09:30:00Z')];
  const before = { kind: 'instants', from: from - (to - from), to: from };
  assert.deepEqual(comparedEnds({ kind: 'instants', from, to }, 'previous'), before);
  const shift = 364 * 86_400_000;
  const yearAgo = { kind: 'instants', from: from - shift, to: to - shift };
  assert.deepEqual(comparedEnds({ kind: 'instants', from, to }, 'year_ago'), yearAgo);
});
