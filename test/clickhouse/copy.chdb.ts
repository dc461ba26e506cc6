import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { copyStorage } from '../../src/copy.ts';
import { DAY, HOUR } from '../../src/domain/hours.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { merge } from '../support/staging.ts';
import { startChdb } from './begin.ts';

const T = Date.parse('2023-01-02T12:00:00Z');
const DAYS = 30;
const STORES = 5;
const POLLS = DAYS * 24 * STORES;

const servers = startChdb();

/** All polls with their reasons, and the latest polls of a store. */
const everything = (storage: Storage) =>
  storage.snapshot(async (s) => {
    const { length, store, instant, active } = await s.polls(1, STORES + 1, T, T + DAYS * DAY);
    const polls = Array.from({ length }, (_, i) => [store[i], instant[i], active[i]]);
    return { polls, last: await s.lastPolls(2, T, T + DAYS * DAY, 100), total: await s.countPolls(T, T + DAYS * DAY) };
  }, 'background');

test('polls are copied from DuckDB to ClickHouse, in two attempts, and back', async (t) => {
  const [from, back] = [await openStorage(IN_MEMORY), await openStorage(IN_MEMORY)];
  const { postgres, clickhouse } = servers;
  const polls = clickhouse.polls(await clickhouse.createDatabase());
  const to = await PostgresStorage.open(await postgres.createDatabase(), { polls });
  t.after(() => Promise.all([from, back, to].map((storage) => storage.close())));
  await merge(from, {
    polls: Array.from({ length: POLLS }, (_, i) => {
      const [store, at, active] = [`s${i % STORES}`, T + Math.floor(i / STORES) * HOUR + i, i % 7 !== 0];
      return active ? ([store, at, true] as const) : ([store, at, false, 'timeout'] as const);
    }),
  });
  const original = await everything(from);
  assert.equal(original.total, POLLS);
  let weeks = 0;
  const interrupted = copyStorage(from, to, () => {
    if (++weeks === 2) throw new Error('interrupted');
  });
  await assert.rejects(interrupted, /interrupted/);
  const { total } = await everything(to);
  assert.ok(total > 0 && total < POLLS, `${total} of ${POLLS} polls are there`);
  const summary = await copyStorage(from, to, () => {});
  assert.deepEqual([summary.polls, summary.skipped], [POLLS - total, total]);
  assert.deepEqual(await everything(to), original);
  await copyStorage(to, back, () => {});
  assert.deepEqual(await everything(back), original);
});
