import assert from 'node:assert/strict';
import { afterEach, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTemporary } from '../../src/lib/errors.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { renderFigures } from '../../src/reports/formats.ts';
import { shardOf } from '../../src/storage/clickhouse/placement.ts';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { POLL_COLUMNS, POLLS } from '../../src/storage/clickhouse/tables.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { conformanceCases } from '../support/conformance.ts';
import { fleetAnswers } from '../support/fleet-answers.ts';
import { execute } from '../support/postgres.ts';
import { batchOf, storedBatches } from './batches.ts';
import { startServers } from './begin.ts';
import { CLUSTER, TestCluster } from './cluster.ts';
import { killedWhileAppending } from './other-server.ts';
import { asking } from './process.ts';

const T = Date.parse('2023-02-22T12:00:00Z');
const DAY = 86_400_000;
/** Milliseconds after which something is killed, once it is at work. */
const KILLS = [0, 15, 80];
/** How long work waits for a shard. */
const PATIENCE = 8_000;

suite('a cluster of two shards with two replicas', { skip: TestCluster.missing() ?? false }, () => {
  const servers = startServers(() => TestCluster.start());
  afterEach(() => servers.clickhouse.reviveAll());

  async function place(t: TestContext) {
    const { postgres, clickhouse } = servers;
    const [url, pollsUrl] = [await postgres.createDatabase(), await clickhouse.createDatabase()];
    const polls = () => new ClickhousePolls(pollsUrl, { cluster: CLUSTER, patience: PATIENCE });
    const open = () => PostgresStorage.open(url, { polls: polls() });
    const storage = await open();
    t.after(() => storage.close());
    const on = (shard: number, replica: number) => clickhouse.at(shard, replica, pollsUrl);
    /** Rows on a server, or in front of all. */
    const rowsOn = (server: string, table = POLLS) =>
      asking(server, async (one) => Number((await one.row(`select count() as rows from ${table}`, 'request')).rows));
    /** Waits until both replicas of a shard have as many rows. */
    const evened = async (shard: number, rows: number) => {
      for (const replica of [1, 2]) while ((await rowsOn(on(shard, replica))) < rows) await sleep(50);
    };
    return { url, pollsUrl, open, on, rowsOn, evened, storage };
  }

  /** Waits for the work that a kill interrupts; whether it was done all the same. */
  const outcome = (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => true,
      (error) => {
        assert.ok(isTemporary(error), `trying again can help: ${error}`);
        return false;
      },
    );
  const broken = async (storage: PostgresStorage) => (await storage.invariants()).filter(({ broken }) => broken !== 0);
  const killShard = (shard: number) => Promise.all([1, 2].map((replica) => servers.clickhouse.kill(shard, replica)));

  /** Imports polls of 400 stores, half of which were online. */
  const importMany = (storage: PostgresStorage, polls: number) =>
    storage.importing(async (session) => {
      await session.staging.run(
        `create table many as select 's' || (i % 400) as store_id, ${T}::bigint + i * 997 as instant, i % 3 <> 0 as active
         from range(${polls}) r(i)`,
      );
      return session.mergePolls('many');
    });
  const report = async (storage: PostgresStorage) => {
    const figures = await storage.snapshot((snapshot) => computeReport(snapshot, T + DAY), 'background');
    return [...renderFigures(figures, 'exact')].join('');
  };

  // All of them run on one server.
  for (const example of conformanceCases().slice(0, 2)) {
    test(`it gives the expected results for conformance case ${example.name}, to the byte`, async (t) => {
      const { open } = await place(t);
      assert.equal((await fleetAnswers(await open(), example)).report, example.expected);
    });
  }

  test('polls are on the shard of their store, on both replicas, and in front of all once', async (t) => {
    const { storage, on, rowsOn, evened, pollsUrl } = await place(t);
    await storage.appendPolls([batchOf(0), batchOf(1)]);
    const share = [1, 2].map(
      (shard) => Array.from({ length: 50 }, (_, i) => shardOf(i + 1, 2)).filter((one) => one === shard - 1).length,
    ) as [number, number];
    for (const shard of [1, 2]) {
      await evened(shard, 2 * (share[shard - 1] as number));
      for (const replica of [1, 2]) assert.equal(await rowsOn(on(shard, replica)), 2 * (share[shard - 1] as number));
    }
    assert.ok(share[0] > 15 && share[1] > 15, `${share}`);
    const front = servers.clickhouse.at(2, 1, pollsUrl);
    assert.equal(await rowsOn(front, 'polls'), 100);
    // The shards of the table in front are those that were written.
    await asking(front, (one) =>
      one.run(`insert into polls (k, t, active, reason, change, rev)
        select k, t, active, reason, change, rev from polls where k = 1 and t < 0`),
    );
    const { replicas = [] } = (await storage.pollBlocks?.()) ?? {};
    assert.deepEqual(
      replicas.map(({ shard, parts = 0 }) => [shard, parts > 0]),
      [
        [1, true],
        [1, true],
        [2, true],
        [2, true],
      ],
    );
    await storage.prune(T + 400 * DAY);
    for (const shard of [1, 2]) {
      for (const replica of [1, 2]) while ((await rowsOn(on(shard, replica))) > 0) await sleep(50);
    }
    assert.deepEqual(await storedBatches(storage), []);
  });

  test('a replica is killed while polls are added: they are stored by its twin, and it catches up', async (t) => {
    const { storage } = await place(t);
    let number = 0;
    for (const [i, wait] of KILLS.entries()) {
      const adding = Promise.all([0, 1, 2].map((more) => storage.appendPolls([batchOf(number + more)])));
      await sleep(wait);
      await servers.clickhouse.kill(1 + (i % 2), 1);
      await adding;
      number += 3;
      await servers.clickhouse.reviveAll();
    }
    assert.deepEqual(
      await storedBatches(storage),
      Array.from({ length: number }, (_, i) => i),
    );
    assert.deepEqual(await broken(storage), []);
  });

  test('a shard is killed while polls are added: it has exactly those that were confirmed', async (t) => {
    const { storage } = await place(t);
    const confirmed: number[] = [];
    let number = 0;
    for (const [i, wait] of KILLS.entries()) {
      await storage.appendPolls([batchOf(number)]);
      confirmed.push(number++);
      const adding = outcome(storage.appendPolls([batchOf(number), batchOf(number + 1)]));
      await sleep(wait);
      await killShard(1 + (i % 2));
      if (await adding) confirmed.push(number, number + 1);
      number += 2;
      await assert.rejects(storage.check(), {
        code: 'unavailable',
        message: /no replica of shard \d can be used: .*; /,
      });
      await servers.clickhouse.reviveAll();
      await storage.check();
      // Waits until the replicas have found each other.
      assert.deepEqual(await storedBatches(storage), confirmed);
    }
    assert.deepEqual(await broken(storage), []);
  });

  test('a replica is killed during an import, which goes on; a shard, and it has all polls or none', async (t) => {
    const { storage } = await place(t);
    await storage.appendPolls([{ ids: ['s0'], instants: [T - DAY], active: [1] }]);
    const polls = 250_000;
    const count = () => storage.snapshot((s) => s.countPolls(T, T + 10 * DAY), 'background');
    const interrupted = outcome(importMany(storage, polls));
    await sleep(600);
    await killShard(2);
    const done = await interrupted;
    await servers.clickhouse.reviveAll();
    assert.equal(await count(), done ? polls : 0);
    const importing = importMany(storage, polls + 1);
    await sleep(600);
    await servers.clickhouse.kill(1, 1);
    await importing;
    assert.equal(await count(), polls + 1);
    await servers.clickhouse.reviveAll();
    assert.deepEqual(await broken(storage), []);
  });

  test('a replica is killed during a report, which has the same bytes; without a shard, it fails and says why', async (t) => {
    const { storage, evened } = await place(t);
    await importMany(storage, 100_000);
    for (const shard of [1, 2]) {
      const keys = Array.from({ length: 400 }, (_, i) => shardOf(i + 1, 2)).filter((one) => one === shard - 1);
      await evened(shard, 250 * keys.length);
    }
    const expected = await report(storage);
    assert.ok(expected.length > 10_000, 'a report of 400 stores');
    for (const [i, wait] of KILLS.entries()) {
      const computing = report(storage);
      await sleep(wait);
      await servers.clickhouse.kill(1 + (i % 2), 1);
      assert.equal(await computing, expected);
      assert.equal(await report(storage), expected);
      await servers.clickhouse.reviveAll();
    }
    await killShard(2);
    await assert.rejects(report(storage), {
      code: 'unreadable',
      message: /^no replica of shard 2 can be used: .* cannot be reached/,
    });
    await servers.clickhouse.reviveAll();
    assert.equal(await report(storage), expected);
  });

  test('a replica that lacks polls is not read while its twin, which has them, is down', async (t) => {
    const { storage } = await place(t);
    await storage.appendPolls([batchOf(0)]);
    await servers.clickhouse.kill(1, 2);
    await storage.appendPolls([batchOf(1)]);
    await servers.clickhouse.kill(1, 1);
    await servers.clickhouse.revive(1, 2);
    const read = () => storage.snapshot((s) => s.polls(1, 51, 0, Number.MAX_SAFE_INTEGER));
    await assert.rejects(read(), { code: 'unavailable', message: /has not yet received all polls of its shard/ });
    await servers.clickhouse.revive(1, 1);
    assert.deepEqual(await storedBatches(storage), [0, 1]);
  });

  test('a block that is sent again, to the other replica, comes once', async (t) => {
    const { storage, on, rowsOn, evened, url } = await place(t);
    await storage.appendPolls([batchOf(0)]);
    const { rows } = await execute(url, `insert into poll_batches (status, polls) values ('pending', 1) returning rev`);
    const rev = Number(rows[0].rev);
    const before = await rowsOn(on(1, 1));
    // Polls of several weeks, which are several parts of the table.
    const values = [
      Int32Array.of(1, 1, 1),
      Float64Array.of(T, T + 30 * DAY, T + 60 * DAY),
      Uint8Array.of(1, 0, 1),
      ['', 'timeout', ''],
      Int8Array.of(1, 1, 1),
      new Float64Array(3).fill(rev),
    ];
    for (const replica of [1, 2, 1]) {
      await asking(on(1, replica), (one) =>
        one.insert(POLLS, POLL_COLUMNS, { rows: 3, values }, String(rev), 'background'),
      );
    }
    await evened(1, before + 3);
    await sleep(500);
    for (const replica of [1, 2]) assert.equal(await rowsOn(on(1, replica)), before + 3);
    // The block stays pending, so it does not count, neither before nor after others are written.
    assert.deepEqual(await storedBatches(storage), [0]);
    await storage.appendPolls([batchOf(1)]);
    assert.deepEqual(await storedBatches(storage), [0, 1]);
    assert.equal((await storage.pollBlocks?.())?.withdrawn, 1);
  });

  test('of two servers of ours, one is killed while it adds polls: the other goes on, and nothing is lost or doubled', async (t) => {
    const { url, pollsUrl, storage } = await place(t);
    const confirmed: number[] = [];
    let number = 0;
    for (const wait of KILLS) {
      const lines = await killedWhileAppending([url, pollsUrl, String(number), CLUSTER], wait);
      confirmed.push(...lines);
      // The one that was being added when the server was killed may be stored, but not in part.
      number = (lines.at(-1) ?? number) + 2;
      await storage.appendPolls([batchOf(number)]);
      confirmed.push(number++);
    }
    const stored = await storedBatches(storage);
    assert.deepEqual(
      confirmed.filter((one) => !stored.includes(one)),
      [],
    );
    assert.ok(stored.length - confirmed.length <= KILLS.length, `${stored} beside ${confirmed}`);
    assert.deepEqual(await broken(storage), []);
  });

  test('a server starts while a replica is down, which it prepares later; another number of shards is refused', async (t) => {
    const { postgres, clickhouse } = servers;
    const [url, pollsUrl] = [await postgres.createDatabase(), await clickhouse.createDatabase()];
    await clickhouse.kill(1, 1);
    const open = (cluster = CLUSTER) =>
      PostgresStorage.open(url, { polls: new ClickhousePolls(pollsUrl, { cluster }) });
    const storage = await open();
    t.after(() => storage.close());
    await storage.appendPolls([batchOf(0)]);
    await clickhouse.revive(1, 1);
    await storage.check();
    while (!(await storage.pollBlocks?.())?.replicas[0]?.parts) await sleep(50);
    await clickhouse.kill(1, 2);
    await storage.appendPolls([batchOf(1)]);
    assert.deepEqual(await storedBatches(storage), [0, 1]);
    await assert.rejects(open('other'), { code: 'conflict', message: /has no cluster "other" in its configuration/ });
    const server = clickhouse.at(2, 2, pollsUrl);
    const [{ owner }] = (await asking(server, (one) => one.rows('select owner from poll_schema', 'request'))) as [
      { owner: string },
    ];
    assert.match(owner, / shard 2 of 2$/);
    await asking(server, (one) =>
      one.run(`insert into poll_schema (version, owner) values (2, '${owner.replace('of 2', 'of 3')}')`),
    );
    await assert.rejects(open(), { code: 'conflict', message: /shard 2 of 3, expected shard 2 of 2: the number/ });
  });
});
