import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import pg from 'pg';
import type { PollBatch } from '../../src/storage/ports/storage.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { PARTITION_RULES, type PartitionRules } from '../../src/storage/postgres/weeks.ts';
import { schemaBefore, TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';
import { storageContract } from './contract/storage.ts';

const WEEK = 7 * 86_400_000;
const NOW = Date.parse('2026-11-25T12:00:00Z');
/** The partitions of the next four weeks. */
const AHEAD = ['polls_20261130', 'polls_20261207', 'polls_20261214', 'polls_20261221'];
/** Wednesdays, weeks before now. */
const ago = (weeks: number) => NOW - weeks * WEEK;

/** A poll of one store every minute from an instant on. */
function polls(from: number, count: number, active = true): [string, number, boolean][] {
  return Array.from({ length: count }, (_, i) => ['a', from + i * 60_000, active]);
}

function batch(instants: readonly number[]): PollBatch {
  return { ids: instants.map(() => 'a'), instants, active: instants.map(() => 1) };
}

/** Creates 900 partitions in several transactions, as earlier versions did. */
const MANY_WEEKS = Array.from(
  { length: 18 },
  (_, part) => `do $$ begin for i in ${part * 50}..${part * 50 + 49} loop
    execute format('create table polls_%s partition of polls for values from (%L) to (%L)',
      to_char(date '0100-01-04' + i * 7, 'YYYYMMDD'), date '0100-01-04' + i * 7, date '0100-01-11' + i * 7);
  end loop; end $$`,
);

suite('weeks in PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  // With few polls, the contract suite uses only the shared partition.
  storageContract('postgres, each week in a partition', async () =>
    PostgresStorage.open(await server.createDatabase(), {
      rules: { ...PARTITION_RULES, leastPolls: 1 },
      writeWait: 120_000,
    }),
  );

  async function open(t: TestContext, rules: Partial<PartitionRules> = {}, on = server) {
    const url = await on.createDatabase();
    const storage = await PostgresStorage.open(url, {
      rules: { ...PARTITION_RULES, now: () => NOW, leastPolls: 100, ...rules },
    });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    t.after(() => Promise.all([storage.close(), client.end()]));
    const rows = async (sql: string) => (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
    return {
      ...{ storage, url },
      rows,
      weeks: () => rows(`select relname as value from pg_class where relname ~ '^polls_\\d+$' order by 1`),
      shared: async () => Number((await rows('select count(*) as value from only polls_rest'))[0]),
      all: async () => Number((await rows('select count(*) as value from polls'))[0]),
    };
  }

  test('a snapshot goes on when another server drops a partition that it names', async (t) => {
    const { storage, url } = await open(t, { leastPolls: 1 });
    const other = await PostgresStorage.open(url, { rules: { ...PARTITION_RULES, now: () => NOW } });
    t.after(() => other.close());
    await storage.appendPolls([batch([ago(30), ago(20), NOW])]);
    await storage.snapshot(async (snapshot) => {
      assert.equal(await snapshot.revision(), 1);
      await other.prune(ago(25));
      assert.deepEqual([await snapshot.earliestPoll(), await snapshot.latestPoll(ago(10))], [ago(20), ago(20)]);
    });
  });

  test('old weeks with few polls share a partition, by append and by import', async (t) => {
    const { storage, weeks, shared, all } = await open(t);
    await storage.appendPolls([batch(Array.from({ length: 2_000 }, (_, i) => ago(20 + i)))]);
    await merge(storage, { polls: Array.from({ length: 2_000 }, (_, i) => ['b', ago(20 + i), true]) });
    assert.deepEqual([await weeks(), await shared(), await all()], [[], 4_000, 4_000]);
    const again = await storage.appendPolls([batch([ago(20), ago(21)])]);
    assert.deepEqual(again, [{ added: 0, replaced: 0, alreadyThere: 2, repeated: 0 }]);
  });

  test('a recent week has a partition from its first poll, another week from enough polls', async (t) => {
    const { storage, weeks, shared } = await open(t);
    await storage.appendPolls([batch([NOW, ago(9), ago(11)])]);
    const recent = ['polls_20260921', 'polls_20261123', ...AHEAD];
    assert.deepEqual([await weeks(), await shared()], [recent, 1]);
    await merge(storage, { polls: [...polls(ago(100), 99), ...polls(ago(200), 100)] });
    assert.deepEqual([await weeks(), await shared()], [['polls_20230123', ...recent], 100]);
  });

  test('a new partition takes the polls of its week from the shared one', async (t) => {
    const { storage, weeks, shared, all } = await open(t);
    await merge(storage, { polls: [...polls(ago(30), 50), ...polls(ago(31), 50)] });
    assert.deepEqual([await weeks(), await shared()], [[], 100]);
    const { polls: counts } = await merge(storage, { polls: polls(ago(30), 150, false) });
    assert.deepEqual(counts, { added: 100, replaced: 50, alreadyThere: 0, repeated: 0 });
    assert.deepEqual([await weeks(), await shared(), await all()], [['polls_20260427'], 50, 200]);
    await storage.appendPolls([batch(polls(ago(31), 150).map(([, instant]) => instant))]);
    assert.deepEqual([await weeks(), await shared(), await all()], [['polls_20260420', 'polls_20260427'], 0, 300]);
    assert.equal(await storage.snapshot((s) => s.countPolls(ago(32), NOW)), 300);
  });

  test('a transaction creates few partitions, for the weeks with the most polls, up to a total', async (t) => {
    const { storage, weeks, all } = await open(t, { leastPolls: 1, perWrite: 2, total: 3 });
    const weekly = [1, 3, 2, 4].flatMap((count, i) => polls(ago(50 + i), count));
    await merge(storage, { polls: weekly });
    assert.deepEqual(await weeks(), ['polls_20251117', 'polls_20251201']);
    await storage.appendPolls([batch([NOW, ago(1), ago(60)])]);
    assert.equal((await weeks()).length, 3);
    await storage.appendPolls([batch([ago(2)])]);
    assert.deepEqual([(await weeks()).length, await all()], [3, 14]);
  });

  test('the first and last poll are found in any partition', async (t) => {
    const { storage } = await open(t);
    const range = () => storage.snapshot(async (s) => [await s.earliestPoll(), await s.latestPoll()]);
    assert.deepEqual(await range(), [undefined, undefined]);
    await storage.appendPolls([batch([ago(50)])]);
    assert.deepEqual(await range(), [ago(50), ago(50)]);
    await storage.appendPolls([batch([ago(3), ago(2)])]);
    assert.deepEqual(await range(), [ago(50), ago(2)]);
    await merge(storage, { polls: polls(ago(60), 100) });
    assert.deepEqual(await range(), [ago(60), ago(2)]);
    assert.equal(await storage.prune(ago(55)), Date.parse('2025-11-03T00:00:00Z'));
    assert.deepEqual(await range(), [ago(50), ago(2)]);
    await storage.prune(ago(2));
    assert.deepEqual(await range(), [ago(2), ago(2)]);
  });

  test('prune works through more partitions than a transaction can lock', async (t) => {
    const few = await TestPostgres.start({ fewLocks: true });
    const { storage, rows, weeks, all } = await open(t, {}, few);
    // Hooks run in order: the connections are closed first.
    t.after(() => few.stop());
    for (const sql of MANY_WEEKS) await rows(sql);
    await storage.appendPolls([batch([NOW])]);
    await assert.rejects(all(), /out of shared memory/);
    // The server reports the error before it releases the locks.
    await rows('select 1 as value');
    await storage.prune(ago(10));
    assert.deepEqual([await weeks(), await all()], [['polls_20261123', ...AHEAD], 1]);
  });

  test('first polls are found in more partitions than a transaction can lock, by servers that start together', async (t) => {
    const few = await TestPostgres.start({ fewLocks: true });
    t.after(() => few.stop());
    const url = await few.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(schemaBefore('first_poll'));
    for (const sql of MANY_WEEKS) await client.query(sql);
    await client.query(`
      insert into stores (store_key, store_id) values (1, 'early'), (2, 'late'), (3, 'never');
      insert into polls values (1, '0100-01-05T12:00Z', true);
      insert into polls values (1, '0116-12-01T12:00Z', true), (2, '0116-12-02T12:00:00.001Z', false)`);
    await assert.rejects(client.query('select min(instant) from polls'), /out of shared memory/);
    // The server reports the error before it releases the locks.
    await client.query('select 1');
    const storages = await Promise.all([PostgresStorage.open(url), PostgresStorage.open(url)]);
    const first = await storages[0].snapshot((s) => s.firstPolls(1, 4));
    const left = await client.query(`select 1 from pg_class where relname = 'first_polls_to_find'`);
    await Promise.all([...storages.map((storage) => storage.close()), client.end()]);
    assert.deepEqual([...first], [Date.parse('0100-01-05T12:00Z'), Date.parse('0116-12-02T12:00:00.001Z'), Number.NaN]);
    assert.equal(left.rowCount, 0);
  });
});
