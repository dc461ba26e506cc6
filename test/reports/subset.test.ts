import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeReport } from '../../src/reports/compute.ts';
import { renderFigures } from '../../src/reports/formats.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { merge, type StagedPoll } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const STORES = 1_500;

test('a report on some stores says of them what the report on all says, however many they are', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  const id = (i: number) => `store ${String(i).padStart(5, '0')}`;
  const polls = Array.from({ length: 3 * STORES }, (_, i): StagedPoll => {
    const store = i % STORES;
    return [id(store), T - ((i * 7_919) % 100) * HOUR, (i * 31) % 3 > 0];
  });
  await merge(storage, {
    polls,
    hours: Array.from({ length: STORES / 3 }, (_, i) => [id(3 * i), i % 7, (i % 20) * HOUR, 22 * HOUR]),
    zones: Array.from({ length: STORES / 2 }, (_, i) => [id(2 * i), i % 2 === 0 ? 'Asia/Tokyo' : 'America/Denver']),
  });
  const rows = async (stores?: readonly string[]) => {
    const report = await storage.snapshot((snapshot) => computeReport(snapshot, T, { stores }));
    return [...renderFigures(report, 'exact')].join('').split('\n').slice(1, -1);
  };
  const all = await rows();
  assert.equal(all.length, STORES);
  for (const wanted of [
    [],
    [0],
    [STORES - 1, 0],
    [3, 4, 5, 700, 701, 1_400],
    Array.from({ length: 15 }, (_, i) => i * 100),
    Array.from({ length: 700 }, (_, i) => 2 * i),
  ]) {
    const expected = [...wanted].sort((a, b) => a - b).map((i) => all[i]);
    assert.deepEqual(await rows([...wanted.map(id), 'nobody']), expected, `${wanted.length} stores`);
  }
});
