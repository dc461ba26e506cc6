import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadRows, badOf, isTooBad } from '../../../src/intake/feeds/bad-share.ts';
import { hours } from '../../../src/intake/feeds/kinds/hours.ts';
import { zones } from '../../../src/intake/feeds/kinds/zones.ts';
import { warningsOf } from '../../../src/intake/feeds/warnings.ts';
import { AT, HOURS, Importer, POLLS } from '../../support/importer.ts';

test('a file is too bad with ten bad rows and more than the share, or when every row is bad', () => {
  const cases: [read: number, rejected: number, share: number, tooBad: boolean][] = [
    [0, 0, 0, false],
    [100, 9, 0, false],
    [100, 10, 0.1, false],
    [99, 10, 0.1, true],
    [99, 10, 0.2, false],
    [10, 9, 0.1, false],
    [3, 3, 0.9, true],
    [3, 3, 1, false],
    [1_000_000, 10, 0, true],
  ];
  for (const [read, rejected, share, expected] of cases) {
    assert.equal(isTooBad({ read, rejected }, share), expected, `${rejected} of ${read} with ${share}`);
  }
  assert.equal(isTooBad({ read: 3, rejected: 3 }, 0.1, true), false, 'a few bad rows at the end of a file');
  assert.equal(isTooBad({ read: 10, rejected: 10 }, 0.1, true), true);
});

test('reasons are counted together whatever their values, and the three most common are named', () => {
  const rows = new BadRows();
  for (let i = 0; i < 5; i++) rows.add({ reason: `day "${i} is "7"" is not one of 0 (Monday) to 6 (Sunday)` });
  for (let i = 0; i < 3; i++) rows.add({ reason: `has ${i} fields, expected 4` });
  rows.add({ reason: 'has 1 field, expected 4' });
  for (let i = 0; i < 2; i++) rows.add({ reason: 'is not UTF-8' });
  rows.add({ reason: 'store_id is empty' });
  assert.deepEqual(rows.mostCommon(), [
    'day "…" is not one of 0 (Monday) to 6 (Sunday) (5 rows)',
    'has another number of fields, expected 4 (4 rows)',
    'is not UTF-8 (2 rows)',
  ]);
});

test('one bad row is singular', () => {
  assert.equal(badOf({ read: 5, rejected: 1 }), '1 of 5 rows is bad');
  assert.equal(badOf({ read: 1, rejected: 1 }), '1 of 1 row is bad');
  assert.equal(badOf({ read: 5, rejected: 2 }), '2 of 5 rows are bad');
});

test('a file that is mostly bad stops the whole import and says why', async (t) => {
  const importer = await Importer.open(t);
  const bad = Array.from({ length: 12 }, (_, i) => `a,0,${i} o'clock,late\n`).join('');
  const files = {
    hours: [importer.file('hours.csv', `${HOURS}b,0,09:00,17:00\n${bad}`)],
    polls: [importer.file('polls.csv', `${POLLS}b,active,${AT}\n`)],
  };
  assert.match(
    await importer.refusal(files, { maxBadShare: 0.1 }),
    /^hours\.csv: 12 of 13 rows are bad \(more than 10 % are bad\), so nothing was imported\. The most common reasons: start_time_local "…" is not a time of day.* \(12 rows\)\. To import it anyway, allow a larger share of bad rows: --max-bad-share, MAX_BAD_SHARE or max_bad_share$/,
  );
  const { summaries } = await importer.import(files, { maxBadShare: 1 });
  assert.deepEqual(
    summaries.map(({ feed, rejected }) => [feed, rejected]),
    [
      ['hours', 12],
      ['polls', 0],
    ],
  );
});

test('what went through with bad rows is said, with the stores that they concern', () => {
  const file = { read: 21, rejected: 11 };
  assert.deepEqual(warningsOf(hours, { ...file, unreadStores: { kept: 1, unknown: 2, ids: ['b', 'c', 'a'] } }), [
    '11 of 21 rows are bad',
    '2 stores have unknown business hours; 1 store keeps its business hours, because of bad rows: b, c, a',
  ]);
  const many = { ...file, unreadStores: { kept: 0, unknown: 30, ids: ['a', 'b'] } };
  assert.equal(warningsOf(zones, many)[1], '30 stores have unknown time zones, because of bad rows: a, b and others');
  assert.deepEqual(warningsOf(hours, { ...file, rejected: 0, unreadStores: { kept: 0, unknown: 0, ids: [] } }), []);
});
