import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { createServer } from '../../src/compose.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import type { World } from '../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { FaultDisk } from '../support/fault-files.ts';
import { LoopbackStores } from '../support/loopback-stores.ts';
import { TestPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
/** A test that waits in vain fails. */
const TIMEOUT = { timeout: 180_000 };
const READY = /^200 /;

interface Scene {
  readonly folder: string;
  /** The status and the body. */
  get(path: string): Promise<string>;
  post(path: string, body: unknown): Promise<{ status: number; body: Record<string, string> }>;
  /** Asks for `/readyz` until the status and the body match. */
  says(...patterns: readonly RegExp[]): Promise<string>;
  /** Waits until each of these writers has succeeded. */
  wrote(...names: readonly string[]): Promise<void>;
  /** Lets some milliseconds pass on both clocks. */
  pass(milliseconds: number): void;
}

/** A whole server, listening. What it does repeatedly it does fifty times as often. */
async function scene(t: TestContext, settings: Partial<Config>, world: World = REAL_WORLD): Promise<Scene> {
  const folder = temporaryFolder(t);
  let passed = 0;
  const hasty: World = {
    ...world,
    now: () => world.now() + passed,
    elapsed: () => world.elapsed() + passed,
    every: (milliseconds, work) => world.every(milliseconds / 50, work),
  };
  const config: Config = {
    ...loadConfig({}),
    ...{ port: 0, database: IN_MEMORY, logLevel: 'silent', rateLimit: 0 },
    ...{ resultsDir: join(folder, 'results'), uploadsDir: join(folder, 'uploads') },
    ...settings,
  };
  const url = await inWorld(hasty, async () => {
    const server = await createServer(config, await openStorage(config.database));
    t.after(() => server.close());
    return server.listen();
  });
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  return {
    ...{ folder, get },
    post: async (path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    },
    says: async (...patterns) => {
      for (;;) {
        const answer = await get('/readyz');
        if (patterns.every((pattern) => pattern.test(answer))) return answer;
        // In virtual time, the next of the checks that repeat is due.
        passed += 1_000;
        await sleep(50);
      }
    },
    wrote: async (...names) => {
      for (const name of names) {
        const line = new RegExp(`^restaurant_monitor_writer_success_timestamp_seconds\\{writer="${name}"\\} \\d`, 'm');
        while (!line.test(await get('/metrics'))) await sleep(50);
      }
    },
    pass: (milliseconds) => {
      passed += milliseconds;
    },
  };
}

suite('readiness', TIMEOUT, () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await TestPostgres.start();
  });
  after(() => postgres.stop());

  test('a full disk makes the server not ready until there is room, and a report waits for that', async (t) => {
    const disk = new FaultDisk();
    const server = await scene(t, {}, disk.world);
    assert.equal((await server.post('/api/v1/polls', { polls: [poll('a')] })).status, 200);
    await server.wrote('append', 'database');
    disk.fault = 'ENOSPC';
    const { report_id: id } = (await server.post('/trigger_report', { as_of: new Date(T).toISOString() })).body;
    await server.says(
      /^503 .*the results folder cannot be written: the disk fails \(ENOSPC\)/,
      /the uploads folder cannot be written: the disk fails \(ENOSPC\)/,
    );
    const metrics = await server.get('/metrics');
    assert.match(metrics, /^restaurant_monitor_writer_failing\{writer="results_folder"\} 1$/m);
    assert.match(metrics, /^restaurant_monitor_writer_failing\{writer="database"\} 0$/m);
    while (!/writer_failing\{writer="report"\} 1$/m.test(await server.get('/metrics'))) await sleep(50);
    disk.fault = undefined;
    await server.wrote('report');
    const again = await server.says(READY, /"name":"report","failing":false/);
    assert.doesNotMatch(again, /"failing":true|"warnings"/);
    assert.match(again, /"last_failure":\{"at":"[^"]+","code":"ENOSPC","message":"the disk fails"\}/);
    assert.match(await server.get(`/get_report?report_id=${id}`), /^200 store_id/);
  });

  test('a read-only database makes the server not ready until it takes writes again', async (t) => {
    const database = await openedDatabase(t, postgres);
    const server = await scene(t, { database: { engine: 'postgres', url: database.url } });
    await server.wrote('database');
    await database.readOnly(true);
    await server.says(/^503 .*the database cannot be written: .*read-only transaction \(25006\)/);
    const refused = await server.post('/api/v1/polls', { polls: [poll('a')] });
    assert.equal(refused.status, 503);
    assert.match(await server.get('/metrics'), /^restaurant_monitor_writer_failing\{writer="append"\} 1$/m);
    await database.readOnly(false);
    // Nobody sends polls: the check says that they would be stored.
    const again = await server.says(READY, /"name":"append","failing":false/);
    assert.match(again, /"code":"25006"/);
    assert.doesNotMatch(again, /"warnings"/);
  });

  test('polls that cannot be stored while another session holds the lock are warnings', async (t) => {
    const stores = await LoopbackStores.open(t, 3);
    const database = await openedDatabase(t, postgres);
    const { poll: probing } = loadConfig({ ...stores.environment, POLL: 'on', POLL_INTERVAL: '24h' });
    const folder = temporaryFolder(t);
    const free = await database.holdLock();
    const storage = await openStorage({ engine: 'postgres', url: database.url });
    t.after(() => storage.close());
    const server = await scene(t, {
      database: { engine: 'postgres', url: database.url },
      poll: { ...probing, folder: join(folder, 'polls') },
    });
    assert.equal((await server.post('/api/v1/polls', { polls: [poll('a')] })).status, 503);
    await server.says(READY, /"warnings":\[.*the last polls that were sent were not stored: the database is busy/);
    await free();
    await storage.changing(async (writer) => {
      for (const id of stores.ids) await writer.addStore(id);
    });
    const again = await database.holdLock();
    await server.says(READY, /the last polls of the poller were not stored: the database is busy[^"]*\(55P03\)/);
    server.pass(31_000);
    await server.says(READY, /polls have been waiting for the database for \d+ (seconds|minute)/);
    await again();
    const cleared = await server.says(READY, /"name":"poller","failing":false/);
    assert.doesNotMatch(cleared, /waiting for the database/);
  });

  test('a polls folder that cannot be used is a warning, and the server stays ready', async (t) => {
    const stores = await LoopbackStores.open(t, 3);
    const folder = temporaryFolder(t);
    const polls = join(folder, 'polls');
    writeFileSync(polls, 'in the way');
    const { poll: probing } = loadConfig({ ...stores.environment, POLL: 'on', POLL_INTERVAL: '24h' });
    const server = await scene(t, { poll: { ...probing, folder: polls } });
    assert.equal((await server.post('/api/v1/polls', { polls: stores.ids.map(poll) })).status, 200);
    const answer = await server.says(
      READY,
      /the polls folder cannot be written: [a-z ]+ \(E[A-Z]+\)/,
      /the day file cannot be written \([a-z ]+\); it lacks 3 polls/,
    );
    assert.equal(answer.includes(folder), false, 'no path is told');
    rmSync(polls);
    const again = await server.says(READY, /"name":"polls_folder","failing":false/, /^(?!.*day file)/);
    assert.doesNotMatch(again, /"failing":true/);
  });
});

function poll(id: string) {
  return { store_id: id, status: 'active', timestamp_utc: new Date(Date.now() - 172_800_000).toISOString() };
}

async function openedDatabase(t: TestContext, postgres: TestPostgres) {
  const url = await postgres.createDatabase();
  const connected = async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    t.after(() => client.end().catch(() => {}));
    return client;
  };
  const admin = await connected();
  const name = new URL(url).pathname.slice(1);
  return {
    url,
    /** For the connections that follow; ends the others. */
    readOnly: async (on: boolean) => {
      await admin.query('set default_transaction_read_only = off');
      await admin.query(`alter database ${name} set default_transaction_read_only = ${on ? 'on' : 'off'}`);
      await admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [name],
      );
    },
    /** Takes the lock of whoever changes data; returns how to release it. */
    holdLock: async () => {
      const holder = await connected();
      await holder.query('begin; select pg_advisory_xact_lock(1919774574, 2)');
      return () => holder.query('commit');
    },
  };
}
