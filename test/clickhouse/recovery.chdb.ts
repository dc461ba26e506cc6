import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clickhouse } from '../../src/storage/clickhouse/client.ts';
import { POLL_COLUMNS, POLLS } from '../../src/storage/clickhouse/tables.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { execute } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';
import { startChdb } from './begin.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const MINUTE = 60_000;

suite('polls in ClickHouse when something fails', () => {
  const servers = startChdb();

  /** A database and its polls, with the server to change them behind the back of the storage. */
  async function place(t: TestContext) {
    const { postgres, clickhouse: chdb } = servers;
    const [url, name] = [await postgres.createDatabase(), await chdb.createDatabase()];
    const clickhouse = new Clickhouse(chdb.connect(name), name);
    t.after(() => clickhouse.close());
    const opened = new Set<PostgresStorage>();
    const open = async () => {
      const storage = await PostgresStorage.open(url, { polls: chdb.polls(name) });
      opened.add(storage);
      return storage;
    };
    const close = (storage: PostgresStorage) => {
      opened.delete(storage);
      return storage.close();
    };
    t.after(() => Promise.all([...opened].map(close)));
    /** What a server leaves behind that is killed when it has sent a block: the polls of the store with key 1. */
    const leaveBlock = async (instants: readonly number[]) => {
      const { rows } = await execute(
        url,
        `insert into poll_batches (status, polls) values ('pending', 1) returning rev`,
      );
      const rev = Number(rows[0].rev);
      const values = [
        Int32Array.from(instants, () => 1),
        Float64Array.from(instants),
        Uint8Array.from(instants, () => 0),
        instants.map(() => ''),
        Int8Array.from(instants, () => 1),
        Float64Array.from(instants, () => rev),
      ];
      await clickhouse.insert(POLLS, POLL_COLUMNS, { rows: instants.length, values }, String(rev), 'background');
    };
    return { url, clickhouse, open, close, leaveBlock };
  }

  const polls = (storage: PostgresStorage) =>
    storage.snapshot(async (s) => {
      const { length, instant, active } = await s.polls(1, 2, T - MINUTE, T + 10 * MINUTE);
      return Array.from({ length }, (_, i) => [((instant[i] as number) - T) / MINUTE, active[i]]);
    });
  const broken = async (storage: PostgresStorage) => (await storage.invariants()).filter(({ broken }) => broken !== 0);

  test('a block that a killed server left is never seen, neither before nor after others are written', async (t) => {
    const { open, leaveBlock } = await place(t);
    const storage = await open();
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    await leaveBlock([T, T + MINUTE]);
    assert.deepEqual(await polls(storage), [[0, 1]]);
    const counts = await storage.appendPolls([
      { ids: ['a', 'a'], instants: [T + MINUTE, T + 2 * MINUTE], active: [1, 0] },
    ]);
    assert.deepEqual(
      counts.map(({ added, replaced }) => [added, replaced]),
      [[2, 0]],
    );
    const [next] = [await open()];
    for (const one of [storage, next]) {
      assert.deepEqual(await polls(one), [
        [0, 1],
        [1, 1],
        [2, 0],
      ]);
    }
    assert.deepEqual(await broken(next), []);
    const blocks = await next.pollBlocks?.();
    assert.deepEqual([blocks?.pending, blocks?.pendingAge, blocks?.withdrawn], [0, 0, 1]);
    assert.deepEqual(
      blocks?.replicas.map(({ shard, parts = 0, delay }) => [shard, parts > 0, delay]),
      [[1, true, 0]],
    );
  });

  test('pruning removes the polls of blocks that failed, after a day, and then forgets the blocks', async (t) => {
    const { url, clickhouse, open, leaveBlock } = await place(t);
    const storage = await open();
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    await leaveBlock([T, T + MINUTE]);
    await storage.appendPolls([{ ids: ['a'], instants: [T + 2 * MINUTE], active: [1] }]);
    const rows = async () => Number((await clickhouse.row(`select count() as rows from ${POLLS}`, 'background')).rows);
    await storage.prune(0);
    assert.equal(await rows(), 4, 'a server that hangs could still be sending it');
    await execute(url, `update poll_batches set begun_at = begun_at - interval '25 hours' where status = 'withdrawn'`);
    await storage.prune(0);
    while ((await rows()) > 2) await sleep(50);
    assert.equal((await storage.pollBlocks?.())?.withdrawn, 1);
    await storage.prune(0);
    assert.equal((await storage.pollBlocks?.())?.withdrawn, 0);
    assert.deepEqual(await polls(storage), [
      [0, 1],
      [2, 1],
    ]);
    assert.deepEqual(await broken(storage), []);
  });

  test('a block that is sent again comes once', async (t) => {
    const { open, clickhouse } = await place(t);
    await open();
    const send = (token: string) =>
      clickhouse.insert(
        POLLS,
        POLL_COLUMNS,
        // Polls of several weeks, which are several parts of the table.
        {
          rows: 3,
          values: [
            Int32Array.of(1, 1, 2),
            Float64Array.of(T, T + 30 * 86_400_000, T),
            Uint8Array.of(1, 0, 1),
            ['', 'timeout', ''],
            Int8Array.of(1, 1, 1),
            Float64Array.of(1, 1, 1),
          ],
        },
        token,
        'background',
      );
    for (const token of ['1', '1', '1']) await send(token);
    const rows = async () => Number((await clickhouse.row(`select count() as rows from ${POLLS}`, 'background')).rows);
    assert.equal(await rows(), 3);
    await send('2');
    assert.equal(await rows(), 6);
  });

  test('an import that fails in the middle leaves the polls as they were', async (t) => {
    const { open } = await place(t);
    const storage = await open();
    await merge(storage, { polls: [['a', T, true]] });
    const failed = storage.importing(async (session) => {
      await session.staging.run(
        `create table more as select 'a' as store_id, ${T}::bigint + i * ${MINUTE} as instant, false as active from range(5) r(i)`,
      );
      await session.mergePolls('more');
      throw new Error('the disk is full');
    });
    await assert.rejects(failed, /the disk is full/);
    assert.deepEqual(await polls(storage), [[0, 1]]);
    await merge(storage, { polls: [['a', T + MINUTE, true]] });
    assert.deepEqual(await polls(storage), [
      [0, 1],
      [1, 1],
    ]);
    assert.deepEqual(await broken(storage), []);
  });

  test('a reader that began before a change goes on with what was there, whatever is written meanwhile', async (t) => {
    const { open } = await place(t);
    const [storage, other] = [await open(), await open()];
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    await storage.snapshot(async (s) => {
      const seen = async () => [await s.countPolls(T, T + 10 * MINUTE), await s.lastPolls(1, T, T + 10 * MINUTE, 9)];
      const before = await seen();
      await other.appendPolls([{ ids: ['a', 'a'], instants: [T, T + MINUTE], active: [0, 0] }]);
      await other.changing((writer) => writer.deletePoll(1, T));
      assert.deepEqual(await seen(), before);
    });
    assert.deepEqual(await polls(storage), [[1, 0]]);
  });

  test('polls that came after the backup that PostgreSQL was restored from do not count', async (t) => {
    const { url, clickhouse, open, close } = await place(t);
    const storage = await open();
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    const { last } = await clickhouse.row(`select max(rev) as last from ${POLLS}`, 'background');
    await storage.appendPolls([{ ids: ['a'], instants: [T + MINUTE], active: [1] }]);
    await close(storage);
    await execute(
      url,
      `delete from poll_batches where rev > ${last};
       insert into poll_batches (rev, status, polls) overriding system value values (${last}, 'committed', 1);
       select setval('poll_batches_rev_seq', ${last});
       update revision set latest_poll_ms = ${T}`,
    );
    const restored = await open();
    assert.deepEqual(await polls(restored), [[0, 1]]);
    await restored.appendPolls([{ ids: ['a'], instants: [T + 2 * MINUTE], active: [0] }]);
    assert.deepEqual(await polls(restored), [
      [0, 1],
      [2, 0],
    ]);
    assert.deepEqual(await broken(restored), []);
  });

  test('polls of a missing store are found when the database is opened, and by a check', async (t) => {
    const { url, clickhouse, open, close } = await place(t);
    const storage = await open();
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    await close(storage);
    await clickhouse.run(
      `insert into ${POLLS} (k, t, active, reason, change, rev) select 7, t, active, reason, change, rev from ${POLLS}`,
    );
    await assert.rejects(open(), {
      code: 'unavailable',
      message: /is damaged.*polls: no store_key is beyond the last of stores/,
    });
    const inspected = await PostgresStorage.open(url, {
      access: 'inspect',
      polls: servers.clickhouse.polls(clickhouse.place),
    });
    t.after(() => inspected.close());
    assert.deepEqual(
      (await broken(inspected)).map(({ name, example }) => [name, example]),
      [
        ['polls: no store_key is beyond the last of stores', '7'],
        ['polls: each store_key is one of stores', '7'],
      ],
    );
  });

  test('the polls of another database are not taken', async (t) => {
    const { clickhouse, open } = await place(t);
    await open();
    await assert.rejects(
      PostgresStorage.open(await servers.postgres.createDatabase(), {
        polls: servers.clickhouse.polls(clickhouse.place),
      }),
      {
        code: 'conflict',
        message: /^the polls at .* belong to another database than the one of DATABASE_URL$/,
      },
    );
  });

  test('a read-only database is not migrated', async (t) => {
    const { url, clickhouse, open, close } = await place(t);
    await close(await open());
    await clickhouse.run('drop table poll_schema');
    await assert.rejects(
      PostgresStorage.open(url, { access: 'read', polls: servers.clickhouse.polls(clickhouse.place) }),
      {
        code: 'conflict',
        message: /is not a database of Restaurant Monitor/,
      },
    );
  });
});
