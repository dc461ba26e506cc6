import assert from 'node:assert/strict';
import { afterEach, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTemporary } from '../../src/lib/errors.ts';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { batchOf, storedBatches } from './batches.ts';
import { startServers } from './begin.ts';
import { killedWhileAppending } from './other-server.ts';
import { TestClickhouse } from './server.ts';

const T = Date.parse('2023-02-22T12:00:00Z');
/** Milliseconds after which something is killed, once it is at work. */
const KILLS = [0, 5, 20, 60, 150];

suite('faults of a ClickHouse server', { skip: TestClickhouse.missing({ own: true }) ?? false }, () => {
  const servers = startServers(() => TestClickhouse.start({ own: true }));
  afterEach(async () => {
    if (!servers.clickhouse.isRunning) await servers.clickhouse.revive();
  });

  async function place(t: TestContext) {
    const [url, pollsUrl] = [await servers.postgres.createDatabase(), await servers.clickhouse.createDatabase()];
    const storage = await PostgresStorage.open(url, { polls: new ClickhousePolls(pollsUrl) });
    t.after(() => storage.close());
    return { url, pollsUrl, storage };
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

  test('killed while polls are added, it has exactly those that were confirmed', async (t) => {
    const { storage } = await place(t);
    const confirmed: number[] = [];
    let number = 0;
    for (const wait of KILLS) {
      for (let calm = 0; calm < 2; calm++) {
        await storage.appendPolls([batchOf(number)]);
        confirmed.push(number++);
      }
      const adding = outcome(storage.appendPolls([batchOf(number), batchOf(number + 1)]));
      await sleep(wait);
      await servers.clickhouse.kill();
      if (await adding) confirmed.push(number, number + 1);
      number += 2;
      await servers.clickhouse.revive();
    }
    assert.deepEqual(await storedBatches(storage), confirmed);
    assert.deepEqual(await broken(storage), []);
  });

  test('killed during an import, it has all polls of it or none, and the import can be repeated', async (t) => {
    const { storage } = await place(t);
    await storage.appendPolls([{ ids: ['a'], instants: [T], active: [1] }]);
    const polls = 300_000;
    const importing = () =>
      storage.importing(async (session) => {
        await session.staging.run(
          `create table more as select 'a' as store_id, ${T}::bigint + 1000 * i as instant, i % 2 = 0 as active from range(${polls}) r(i)`,
        );
        return session.mergePolls('more');
      });
    const count = () => storage.snapshot((s) => s.countPolls(T, T + 1000 * polls), 'background');
    for (const wait of KILLS) {
      const work = outcome(importing());
      await sleep(100 + 4 * wait);
      await servers.clickhouse.kill();
      const done = await work;
      await servers.clickhouse.revive();
      assert.equal(await count(), done ? polls : 1);
      if (done) break;
    }
    await importing();
    assert.equal(await count(), polls);
    assert.deepEqual(await broken(storage), []);
  });

  test('killed while polls are read, the reader gets an error, and reads the same after a restart', async (t) => {
    const { storage } = await place(t);
    await storage.importing(async (session) => {
      await session.staging.run(
        `create table many as select 's' || (i % 500) as store_id, ${T}::bigint + i * 97 as instant, i % 3 = 0 as active
         from range(400000) r(i)`,
      );
      return session.mergePolls('many');
    });
    const read = () => storage.snapshot((s) => s.polls(1, 501, T, T + 400_000 * 97), 'background');
    const whole = await read();
    assert.equal(whole.length, 400_000);
    for (const wait of KILLS) {
      const reading = read();
      const done = outcome(reading);
      await sleep(wait);
      await servers.clickhouse.kill();
      if (await done) assert.deepEqual(await reading, whole);
      await servers.clickhouse.revive();
      assert.deepEqual(await read(), whole);
    }
  });

  test('of two servers of ours, one is killed while it adds polls: the other goes on, and nothing is lost or doubled', async (t) => {
    const { url, pollsUrl, storage } = await place(t);
    const confirmed: number[] = [];
    let number = 0;
    for (const wait of KILLS) {
      const lines = await killedWhileAppending([url, pollsUrl, String(number)], wait);
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
    assert.equal((await storage.pollBlocks?.())?.pending, 0);
  });
});
