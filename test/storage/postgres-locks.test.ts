import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import pg from 'pg';
import type { PollBatch, Storage } from '../../src/storage/ports/storage.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { PARTITION_RULES, type PartitionRules } from '../../src/storage/postgres/weeks.ts';
import { TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';

const WEEK = 7 * 86_400_000;
const NOW = Date.parse('2026-11-25T12:00:00Z');
/** A test that hangs behind a lock fails. */
const TIMEOUT = { timeout: 120_000 };

function batch(...instants: number[]): PollBatch {
  return { ids: instants.map(() => 'a'), instants, active: instants.map(() => 1) };
}

/** A poll of each of two stores. */
function both(at: number): [string, number, boolean][] {
  return ['a', 'b'].map((id) => [id, at, true]);
}

const THREE_WEEKS = ['polls_20260622', 'polls_20260629', 'polls_20260706'];

suite('PostgreSQL while another session reads polls', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  async function database(t: TestContext) {
    const url = await server.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    t.after(() => client.end());
    const rows = async (sql: string) => (await client.query<{ value: unknown }>(sql)).rows.map(({ value }) => value);
    return {
      rows,
      open: async (rules: Partial<PartitionRules> = {}) => {
        const storage = await PostgresStorage.open(url, {
          rules: { ...PARTITION_RULES, now: () => NOW, leastPolls: 2, ...rules },
        });
        t.after(() => storage.close());
        return storage;
      },
      weeks: () => rows(`select relname as value from pg_class where relname ~ '^polls_\\d+$' order by 1`),
      shared: async () => Number((await rows('select count(*) as value from only polls_rest'))[0]),
      all: async () => Number((await rows('select count(*) as value from polls'))[0]),
      /** Keeps ACCESS SHARE on polls and its partitions, as pg_dump does. */
      dump: async () => {
        const reader = new pg.Client({ connectionString: url });
        await reader.connect();
        t.after(() => reader.end());
        await reader.query('begin isolation level repeatable read; lock table polls in access share mode');
        return () => reader.query('rollback');
      },
    };
  }

  test('the first poll of a new week is stored, and moves to its partition later', TIMEOUT, async (t) => {
    const { open, dump, weeks, shared, all } = await database(t);
    const storage = await open({ ahead: 0 });
    await storage.appendPolls([batch(NOW - WEEK)]);
    const end = await dump();
    assert.deepEqual(await storage.appendPolls([batch(NOW)]), [
      { added: 1, replaced: 0, alreadyThere: 0, repeated: 0 },
    ]);
    assert.equal(await storage.snapshot((s) => s.latestPoll()), NOW);
    assert.deepEqual([await weeks(), await shared()], [['polls_20261116'], 1]);
    await end();
    const again = await open({ ahead: 0 });
    await again.appendPolls([batch(NOW, NOW + 1)]);
    assert.deepEqual([await weeks(), await shared(), await all()], [['polls_20261116', 'polls_20261123'], 0, 3]);
  });

  test('the partitions of the next weeks are there when these weeks begin', TIMEOUT, async (t) => {
    const { open, dump, weeks, shared } = await database(t);
    let now = NOW;
    const storage = await open({ now: () => now });
    await storage.appendPolls([batch(NOW)]);
    const made = ['polls_20261123', 'polls_20261130', 'polls_20261207', 'polls_20261214', 'polls_20261221'];
    assert.deepEqual(await weeks(), made);
    const end = await dump();
    for (let week = 1; week <= 4; week++) {
      now = NOW + week * WEEK;
      await storage.appendPolls([batch(now)]);
    }
    assert.deepEqual([await weeks(), await shared()], [made, 0]);
    await end();
    // A server that starts makes those of the weeks after these.
    await open({ now: () => now });
    assert.deepEqual(await weeks(), [...made, 'polls_20261228', 'polls_20270104', 'polls_20270111', 'polls_20270118']);
  });

  test('an archive gets no partitions of weeks to come', async (t) => {
    const { open, weeks } = await database(t);
    await merge(await open(), {
      polls: [
        ['a', NOW - 50 * WEEK, true],
        ['a', NOW - 50 * WEEK + 1, true],
      ],
    });
    await open();
    assert.deepEqual(await weeks(), ['polls_20251208']);
  });

  test('an import of new weeks and of known ones ends', TIMEOUT, async (t) => {
    const { open, dump, weeks, shared, all } = await database(t);
    const storage = await open({ ahead: 0 });
    const two = (week: number): [string, number, boolean][] => [
      ['a', NOW - week * WEEK, true],
      ['b', NOW - week * WEEK, true],
    ];
    await merge(storage, { polls: two(20) });
    const end = await dump();
    const { polls: fresh } = await merge(storage, { polls: [...two(30), ...two(31)] });
    const { polls: mixed } = await merge(storage, { polls: [...two(20), ...two(40)] });
    assert.deepEqual([fresh?.added, mixed?.added, mixed?.alreadyThere], [4, 2, 2]);
    assert.deepEqual([await weeks(), await shared(), await all()], [['polls_20260706'], 6, 8]);
    await end();
    await merge(storage, { polls: [...two(30), ...two(40), ...two(41)] });
    assert.deepEqual(await weeks(), ['polls_20260209', 'polls_20260216', 'polls_20260427', 'polls_20260706']);
    assert.deepEqual([await shared(), await all()], [2, 10]);
  });

  test('readers go on while an import has polls of new weeks that it has not committed', TIMEOUT, async (t) => {
    const { open, all } = await database(t);
    const storage = await open();
    await storage.appendPolls([batch(NOW - 15 * WEEK)]);
    for (const weeks of [
      [20, 21],
      [15, 22],
    ]) {
      const polls = weeks.flatMap((week): [string, number, boolean][] => [
        ['a', NOW - week * WEEK, true],
        ['b', NOW - week * WEEK, true],
      ]);
      const before = await all();
      let seen: number | undefined;
      const importing: Pick<Storage, 'importing'> = {
        importing: (work) =>
          storage.importing(async (session) => {
            const result = await work(session);
            seen = await all();
            return result;
          }),
      };
      await merge(importing, { polls });
      assert.equal(seen, before);
    }
    assert.equal(await all(), 8);
  });

  test('readers go on while an import merges a second and a third file of polls', TIMEOUT, async (t) => {
    const { open, rows, all, weeks, shared } = await database(t);
    const storage = await open({ ahead: 0 });
    await storage.appendPolls([batch(NOW - 30 * WEEK)]);
    const at = (week: number) => NOW - week * WEEK;
    const files: [string, number, boolean][][] = [
      // Two weeks with tables of their own, and one poll of another week.
      [...[20, 21].flatMap((week) => both(at(week))), ['a', at(25), true]],
      // Polls of a filled week: one as before, one changed, one new. And a new week.
      [['a', at(20), true], ['b', at(20), false], ['c', at(20), true], ...both(at(22))],
      // The week that was filled last, and that of the single poll.
      [...both(at(22)), ['a', at(22) + 1, true], ...both(at(25))],
    ];
    const seen: number[] = [];
    const counts = await storage.importing(async (session) => {
      const merged = [];
      for (const polls of files) {
        merged.push((await merge({ importing: (work) => work(session) }, { polls })).polls);
        seen.push(await all(), await shared());
      }
      return merged;
    });
    assert.deepEqual(seen, [1, 1, 1, 1, 1, 1]);
    assert.deepEqual(counts, [
      { added: 5, replaced: 0, alreadyThere: 0, repeated: 0 },
      { added: 3, replaced: 1, alreadyThere: 1, repeated: 0 },
      { added: 2, replaced: 0, alreadyThere: 3, repeated: 0 },
    ]);
    assert.deepEqual([await weeks(), await shared(), await all()], [THREE_WEEKS, 3, 11]);
    const changed = `select store_id as value from polls join stores using (store_key) where not active`;
    assert.deepEqual(await rows(changed), ['b']);
    assert.equal((await storage.invariants()).filter(({ broken }) => broken !== 0).length, 0);
  });

  test('an import adds to a week whose earlier polls are in the shared partition', TIMEOUT, async (t) => {
    const { open, all } = await database(t);
    const storage = await open({ ahead: 0 });
    await storage.appendPolls([batch(NOW - 30 * WEEK)]);
    const { polls } = await merge(storage, { polls: both(NOW - 30 * WEEK + 1) });
    assert.deepEqual([polls?.added, await all()], [2, 3]);
  });

  test('old polls stay until they can be deleted, and everybody else goes on', TIMEOUT, async (t) => {
    const { open, dump, weeks, all } = await database(t);
    const storage = await open({ ahead: 0 });
    await storage.appendPolls([batch(NOW - 9 * WEEK, NOW)]);
    const end = await dump();
    const pruned = storage.prune(NOW);
    const refused = assert.rejects(pruned, {
      code: 'busy',
      message: 'old polls cannot be deleted while another session, such as pg_dump, reads polls',
    });
    await storage.appendPolls([batch(NOW + 1)]);
    assert.equal(await all(), 3);
    await refused;
    await end();
    await storage.prune(NOW);
    assert.deepEqual([await weeks(), await all()], [['polls_20261123'], 2]);
  });
});
