import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTzVersions, isOld, isTzVersion } from '../../src/calendar/version.ts';

test('a version is a year and a letter, or z and another letter', () => {
  assert.deepEqual(['2026a', '2026z', '2026za'].filter(isTzVersion), ['2026a', '2026z', '2026za']);
  assert.deepEqual(['', '2026', '2026A', '26a', '2026aa', '2026f\n', 'unknown'].filter(isTzVersion), []);
});

test('versions are ordered by their release', () => {
  const inOrder = ['', '2019c', '2025b', '2026a', '2026f', '2026z', '2026za', '2027a'];
  assert.deepEqual(inOrder.toReversed().sort(compareTzVersions), inOrder);
});

test('a version is old 14 months after the month that its letter counts as', () => {
  for (const [version, since] of [
    ['2026a', Date.UTC(2027, 2, 1)],
    ['2026f', Date.UTC(2027, 7, 1)],
    ['2025b', Date.UTC(2026, 3, 1)],
  ] as const) {
    assert.deepEqual([isOld(version, since - 1), isOld(version, since)], [false, true], version);
  }
});
