import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeReport } from '../../src/reports/compute.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { merge, type StagedPoll } from '../support/staging.ts';

const AS_OF = Date.parse('2025-06-08T12:00:00Z');
const [MINUTE, HOUR] = [60_000, 3_600_000];
const WEEK = 168 * HOUR;

test('the columns are the figures by name, one row for each id in the order of the ids', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  // Keys are given in the order of first appearance, which is not that of the ids.
  await merge(storage, {
    polls: [
      ['b', AS_OF - 30 * MINUTE, false],
      ['c', AS_OF - 45 * MINUTE, true],
      ['c', AS_OF - 15 * MINUTE, false],
    ],
    zones: [['a', 'UTC']],
  });
  const { ids, columns, ...about } = await storage.snapshot((s) => computeReport(s, AS_OF));
  assert.deepEqual(about, { asOf: AS_OF, estimator: 'nearest' });
  assert.deepEqual(ids, ['a', 'b', 'c']);
  const windows = ['hour', 'day', 'week'];
  const figures = windows.flatMap((window) => ['up', 'down', 'open'].map((kind) => `${kind}_${window}`));
  assert.deepEqual([...columns.keys()], [...figures, 'polls_counted', 'first_poll']);
  const hours = (name: string) => Array.from(columns.get(name) ?? [], (value) => value / HOUR);
  assert.deepEqual(hours('up_hour'), [0, 0, 0.5]);
  assert.deepEqual(hours('down_week'), [0, 168, 0.5]);
  assert.deepEqual(hours('open_day'), [24, 24, 24]);
  assert.deepEqual([...(columns.get('polls_counted') ?? [])], [0, 1, 2]);
});

test('details add their columns, also where only the estimator asks for them', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  await merge(storage, { polls: [['a', AS_OF - 30 * MINUTE, true]] });
  const names = async (options: Parameters<typeof computeReport>[2]) => {
    const { columns } = await storage.snapshot((s) => computeReport(s, AS_OF, options));
    return [...columns.keys()];
  };
  const plain = await names({});
  const detailed = await names({ detailed: true });
  const details = ['hour', 'day', 'week'].flatMap((window) =>
    ['low', 'high', 'unpolled', 'polls'].map((kind) => `${kind}_${window}`),
  );
  assert.deepEqual(detailed, [...plain, ...details]);
  assert.deepEqual(await names({ estimator: 'markov' }), detailed);
});

test('a first poll is in the report if it lies in the week, both ends included', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  const polls: StagedPoll[] = [
    ['before the week', AS_OF - WEEK - 1, true],
    ['at its start', AS_OF - WEEK, true],
    ['at its end', AS_OF, true],
    ['after it', AS_OF + 1, true],
  ];
  await merge(storage, { polls, zones: [['never', 'UTC']] });
  const { ids, columns } = await storage.snapshot((s) => computeReport(s, AS_OF));
  const found = Object.fromEntries(ids.map((id, row) => [id, columns.get('first_poll')?.[row]]));
  assert.deepEqual(found, {
    'before the week': Number.NaN,
    'at its start': AS_OF - WEEK,
    'at its end': AS_OF,
    'after it': Number.NaN,
    never: Number.NaN,
  });
});

test('the covered time is within one polling interval of a counting poll, and not before the first poll ever', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  const polls: StagedPoll[] = [
    ['gap', AS_OF - 30 * HOUR, true],
    ['gap', AS_OF - 5 * HOUR, true],
    ['gap', AS_OF - HOUR / 2, false],
    ['new', AS_OF - HOUR / 4, true],
    // On a Sunday, when it is closed, and on a Monday.
    ['mondays', AS_OF - 7 * 24 * HOUR + HOUR, true],
    ['mondays', AS_OF - 6 * 24 * HOUR, true],
  ];
  await merge(storage, {
    polls,
    hours: [['mondays', 0, 0, 23 * HOUR]],
    zones: ['gap', 'new', 'mondays', 'never'].map((id) => [id, 'UTC'] as const),
  });
  for (const estimator of ['nearest', 'markov'] as const) {
    const options = { estimator, pollInterval: HOUR };
    const { ids, columns } = await storage.snapshot((s) => computeReport(s, AS_OF, options));
    const covered = ids.map((id, row) => [
      id,
      ...['hour', 'day', 'week'].map((window) => (columns.get(`covered_${window}`)?.[row] ?? Number.NaN) / HOUR),
    ]);
    assert.deepEqual(covered, [
      ['gap', 1, 2 + 1.5, 1 + 2 + 1.5],
      ['mondays', 0, 0, 2],
      ['never', 0, 0, 0],
      ['new', 0.25, 0.25, 0.25],
    ]);
  }
});
