import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import {
  commitBlocks,
  committed,
  enterBlock,
  lastKnown,
  uncommitted,
  withdrawPending,
  withdrawUnknown,
} from '../../src/storage/clickhouse/ledger.ts';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { Pools } from '../../src/storage/postgres/pools.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { execute, TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const POLLS_URL = 'clickhouse://polls.test:8123/monitor';

suite('the ledger of blocks of polls, in PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  async function pools(t: TestContext): Promise<Pools> {
    const url = await server.createDatabase();
    await (await PostgresStorage.open(url)).close();
    const pools = new Pools(url, { readOnly: false });
    t.after(() => pools.close());
    return pools;
  }

  test('a block counts once its transaction is committed, for those who begin to read after that', async (t) => {
    const { writes, control, background } = await pools(t);
    assert.deepEqual(await committed(background), { after: 0, upTo: 0, without: [] });
    await background.transaction(async (reader) => {
      await committed(reader);
      const rev = await writes.transaction(async (writer) => {
        const rev = await enterBlock(control, 3);
        assert.deepEqual(await committed(control), { after: 0, upTo: 0, without: [rev] });
        await commitBlocks(writer, [rev]);
        assert.equal((await committed(control)).upTo, 0);
        return rev;
      });
      assert.deepEqual(await committed(control), { after: 0, upTo: rev, without: [] });
      assert.equal((await committed(reader)).upTo, 0, 'a reader stays with what it saw first');
    }, 'begin isolation level repeatable read read only');
  });

  test('the blocks of a transaction count together, or none of them', async (t) => {
    const { writes, control } = await pools(t);
    const failed = writes.transaction(async (writer) => {
      const revs = [await enterBlock(control, 1), await enterBlock(control, 1)];
      await commitBlocks(writer, revs);
      throw new Error('the import was interrupted');
    });
    await assert.rejects(failed, /interrupted/);
    assert.equal((await committed(control)).upTo, 0);
    const { pending, age, withdrawn } = await uncommitted(control);
    assert.deepEqual([pending, withdrawn, age > 0], [2, 0, true]);
  });

  test('what a killed server left pending is withdrawn, and does not count when later blocks do', async (t) => {
    const { writes, control } = await pools(t);
    const left = [await enterBlock(control, 5), await enterBlock(control, 5)];
    const rev = await writes.transaction(async (writer) => {
      await withdrawPending(writer);
      const rev = await enterBlock(control, 1);
      await commitBlocks(writer, [rev]);
      return rev;
    });
    assert.deepEqual(await committed(control), { after: 0, upTo: rev, without: left });
    const { pending, age, withdrawn } = await uncommitted(control);
    assert.deepEqual([pending, age, withdrawn], [0, 0, 2]);
  });

  test('blocks that the ledger does not know are withdrawn, and their revisions are not given out again', async (t) => {
    const { control } = await pools(t);
    assert.equal(await lastKnown(control), 0);
    const rev = await enterBlock(control, 1);
    await commitBlocks(control, [rev]);
    assert.equal(await lastKnown(control), rev);
    // A backup has the sequence as it was some time after the rows.
    await control.run(`select nextval('poll_batches_rev_seq')`);
    await withdrawUnknown(control, [rev + 1]);
    await withdrawUnknown(control, [rev + 5, rev + 3]);
    assert.equal(await lastKnown(control), rev + 5);
    const next = await enterBlock(control, 1);
    assert.equal(next, rev + 6);
    await commitBlocks(control, [next]);
    assert.deepEqual(await committed(control), { after: 0, upTo: next, without: [rev + 1, rev + 3, rev + 5] });
  });

  test('a database with polls of its own does not get a second place for them', async () => {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    await merge(storage, { polls: [['a', T, true]] });
    await storage.close();
    const message =
      /^the database at .* has polls itself; `restaurant-monitor copy` copies them to a database with POLLS_URL$/;
    const open = () => PostgresStorage.open(url, { polls: new ClickhousePolls(POLLS_URL) });
    await assert.rejects(open(), { code: 'conflict', message });
  });

  test('a database whose polls are elsewhere is not opened without them', async () => {
    const url = await server.createDatabase();
    await (await PostgresStorage.open(url)).close();
    await execute(url, `update poll_home set clickhouse_id = 'a'`);
    await assert.rejects(PostgresStorage.open(url), {
      code: 'conflict',
      message: /^the polls of the database at .* are in ClickHouse: POLLS_URL must say where$/,
    });
  });

  test('a database that has its polls itself is not read as one that has not', async () => {
    const url = await server.createDatabase();
    await (await PostgresStorage.open(url)).close();
    const polls = new ClickhousePolls(POLLS_URL);
    await assert.rejects(PostgresStorage.open(url, { polls, access: 'read' }), {
      code: 'conflict',
      message: /^the polls of the database at .* are not in ClickHouse: POLLS_URL must not be set$/,
    });
  });

  test('an error about ClickHouse names its place, without the password', async () => {
    const url = await server.createDatabase();
    const polls = new ClickhousePolls('clickhouse://ann:hunter2@127.0.0.1:1/monitor');
    await assert.rejects(PostgresStorage.open(url, { polls }), {
      code: 'unavailable',
      message: /^ClickHouse at 127\.0\.0\.1:1\/monitor cannot be reached: [^@]*ECONNREFUSED[^@]*$/,
    });
  });
});
