import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Importer, told } from '../support/importer.ts';
import { FIELD_NOW, fieldFeeds, fieldReport } from './field-case.ts';

test('times of day and days in seven spellings give seven equal rows', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.import(fieldFeeds('times-of-day'), { now: FIELD_NOW });
  assert.deepEqual(told(imported), []);
  const report = await fieldReport(importer.storage, '2023-01-25T23:10:00Z');
  const ids = ['day-as-double', 'digits', 'dots', 'fraction', 'short', 'twelve-hour', 'twelve-hour-tight'];
  const expected = { up: [0, 8.5, 59.5], down: [0, 0, 0], open: [0, 8.5, 59.5] };
  assert.deepEqual(report, Object.fromEntries(ids.map((id) => [id, expected])));
});

test('an id with invisible characters about it is one store in polls, hours and zones', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.import(fieldFeeds('invisible-characters'), { now: FIELD_NOW });
  assert.deepEqual(told(imported), []);
  const { stores, hours, polls } = await importer.contents();
  assert.deepEqual(stores, ['A17 Europe/Madrid']);
  assert.deepEqual(
    hours,
    [0, 1, 2, 3, 4, 5, 6].map((day) => `A17 ${day} 28800000–72000000`),
  );
  assert.equal(polls.length, 9);
});

test('a null character near the beginning of a file is one bad row', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.import(fieldFeeds('nul-byte'), { now: FIELD_NOW });
  assert.deepEqual(imported.rejects, [
    {
      file: 'store_status.csv',
      line: 3,
      reason: 'contains a null character (a NUL byte)',
      row: 'b2,act\0ive,2023-01-25 10:05:00 UTC',
    },
  ]);
  const [summary] = imported.summaries;
  assert.deepEqual([summary?.read, summary?.added, summary?.rejected], [3, 2, 1]);
  assert.deepEqual((await importer.contents()).stores, ['b1', 'b3']);
});
