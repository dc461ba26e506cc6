import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TestPostgres } from '../support/postgres.ts';
import { run, start } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const POLLS = 'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\n';

/** Nothing of a server that has stopped is in the way of another process. */
async function checkReleased(cwd: string): Promise<void> {
  assert.equal(existsSync(join(cwd, 'var', 'monitor.duckdb.control')), false);
  const { code, stderr } = await run(cwd, ['check']);
  assert.equal(code, 0, stderr);
}

// What a server prints while it starts, in this order.
for (const moment of [
  /created the folder/,
  /time zone rules/,
  /Server listening at/,
  /accepting commands from this machine/,
  /^listening on/m,
]) {
  test(`SIGTERM stops a server that has just said ${moment}`, async (t) => {
    const cwd = temporaryFolder(t);
    const server = start(t, cwd, ['serve', '--port', '0']);
    await server.says(moment);
    assert.equal(await server.end('SIGTERM'), 0, server.output());
    await checkReleased(cwd);
  });
}

test('SIGTERM stops a server that waits for a file on standard input', async (t) => {
  const [cwd, temporary] = [temporaryFolder(t), temporaryFolder(t)];
  const server = start(t, cwd, ['serve', '--port', '0', '--polls', '-'], { TMPDIR: temporary });
  server.process.stdin.write(POLLS);
  while (!readdirSync(temporary, { recursive: true }).some((name) => String(name).endsWith('input'))) await sleep(10);
  assert.equal(await server.end('SIGTERM'), 0, server.output());
  assert.match(server.output(), /stopped by SIGTERM before the server was ready/);
  assert.deepEqual(readdirSync(temporary), []);
  await checkReleased(cwd);
});

test('SIGTERM stops a poller that has just opened its database', async (t) => {
  const cwd = temporaryFolder(t);
  const poller = start(t, cwd, ['poll']);
  await poller.says(/created the folder/);
  assert.equal(await poller.end('SIGTERM'), 0, poller.output());
  await checkReleased(cwd);
});

suite('on PostgreSQL', () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await TestPostgres.start();
  });
  after(() => postgres.stop());

  async function connected(t: TestContext, url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    t.after(() => client.end());
    return client;
  }

  test('SIGTERM stops a server whose import waits for a lock, and the import is rolled back', async (t) => {
    const url = await postgres.createDatabase();
    const cwd = temporaryFolder(t);
    assert.equal((await run(cwd, ['migrate', '--database', url])).code, 0);
    const other = await connected(t, url);
    await other.query('begin; lock table polls in exclusive mode');
    writeFileSync(join(cwd, 'polls.csv'), POLLS);
    const server = start(t, cwd, ['serve', '--port', '0', '--database', url, '--polls', 'polls.csv']);
    const watcher = await connected(t, url);
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await watcher.query(waiting)).rows.length === 0) await sleep(20);
    assert.equal(await server.end('SIGTERM'), 0, server.output());
    await other.query('rollback');
    const { rows } = await watcher.query('select count(*)::int as stores from stores');
    assert.deepEqual(rows, [{ stores: 0 }]);
  });
});
