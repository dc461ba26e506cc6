import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Database } from '../../src/duckdb/database.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { migrationsOf } from '../../src/storage/shared/migrations.ts';
import { run, serve } from '../support/process.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.now() - 3_600_000;

/** A database with one poll for each of the stores `first-1` … `first-50`. */
async function madeDatabase(path: string): Promise<void> {
  const storage = await DuckdbStorage.open(path);
  await merge(storage, { polls: Array.from({ length: 50 }, (_, i) => [`first-${i + 1}`, T, true] as const) });
  await storage.close();
}

async function post(url: string, prefix: string): Promise<void> {
  const polls = Array.from({ length: 50 }, (_, i) => ({
    store_id: `${prefix}-${i + 1}`,
    status: 'active',
    timestamp_utc: new Date(T + i).toISOString(),
  }));
  const answer = await fetch(`${url}/api/v1/polls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ polls }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** A copy of a stopped database stands in the place of one whose server was killed, beside that server's log. */
async function mixed(t: TestContext): Promise<{ folder: string; path: string }> {
  const folder = temporaryFolder(t);
  const path = join(folder, 'monitor.duckdb');
  await madeDatabase(path);
  const copy = join(folder, 'copy.duckdb');
  copyFileSync(path, copy);
  const first = await serve(t, folder, '--database', path);
  await post(first.url, 'second');
  assert.equal(await first.end('SIGTERM'), 0);
  const second = await serve(t, folder, '--database', path);
  await post(second.url, 'third');
  await second.end('SIGKILL');
  assert.ok(existsSync(`${path}.wal`), 'the killed server has left its log');
  copyFileSync(copy, path);
  return { folder, path };
}

test('a copy beside the log of a killed server is refused by every command, and nothing is changed', async (t) => {
  const { folder, path } = await mixed(t);
  const files = () => [path, `${path}.wal`].map((file) => readFileSync(file).toString('base64'));
  const before = files();
  for (const args of [
    ['serve', '--port', '0'],
    ['report'],
    ['migrate'],
    ['user', 'list'],
    ['prune', '--older-than', '90d'],
  ]) {
    const { code, stderr } = await run(folder, [...args, '--database', path]);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, /monitor\.duckdb\.wal belongs to another state of the database.*restaurant-monitor restore/);
  }
  assert.deepEqual(files(), before);
  const { code, stdout, stderr } = await run(folder, ['check', '--database', path]);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /^BROKEN {2}.*monitor\.duckdb\.wal: it belongs to the database file/m);
  assert.match(stdout, /^BROKEN {2}stores: store_key runs from 1 without a gap/m);
  assert.match(stderr, /\d+ of \d+ invariants are broken/);
  rmSync(`${path}.wal`);
  const { stdout: report } = await run(folder, ['report', '--database', path]);
  assert.equal(report.split('\n').length, 52);
  assert.equal((await run(folder, ['check', '--database', path])).code, 0);
});

/** Changes some bytes of a file. */
function damage(path: string, offset: number): void {
  const content = readFileSync(path);
  for (let i = 0; i < 4; i++) content.writeUInt8(content.readUInt8(offset + i) ^ 0xff, offset + i);
  writeFileSync(path, content);
}

test('a damaged block and a damaged log are named, with what to do', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'monitor.duckdb');
  await madeDatabase(path);
  const database = await Database.open(path);
  const session = await database.session();
  await session.run(`
    insert into polls (store_key, instant, active)
    select 1, make_timestamp_ms(${T} - range * 1003 - (hash(range) % 1000)::bigint - 1), true from range(300000)`);
  await session.run('checkpoint');
  const { block } = await session.row(
    `select max(block_id) as block from pragma_storage_info('polls') where column_name = 'instant' and segment_type = 'TIMESTAMP'`,
  );
  session.close();
  database.close();
  damage(path, 3 * 4_096 + Number(block) * 262_144 + 1_000);
  for (const args of [['check'], ['report', '--out', join(folder, 'report.csv')]]) {
    const { code, stderr } = await run(folder, [...args, '--database', path]);
    assert.equal(code, 1, args[0]);
    assert.match(
      stderr,
      /^error: the database .*monitor\.duckdb is damaged: IO Error: Corrupt database file: .*restaurant-monitor restore --replace/m,
    );
  }
  const other = join(folder, 'other.duckdb');
  const server = await serve(t, folder, '--database', other);
  await post(server.url, 'only');
  await server.end('SIGKILL');
  damage(`${other}.wal`, 200);
  const { code, stderr } = await run(folder, ['check', '--database', other]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: the log .*other\.duckdb\.wal cannot be applied.*restaurant-monitor restore.*move .*wal away/m,
  );
});

test('the log of a killed server is taken over by the next one', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'monitor.duckdb');
  await madeDatabase(path);
  for (const round of ['second', 'third']) {
    const server = await serve(t, folder, '--database', path);
    await post(server.url, round);
    await server.end('SIGKILL');
  }
  assert.ok(existsSync(`${path}.wal`), 'the killed server has left its log');
  const { code, stdout } = await run(folder, ['check', '--database', path]);
  assert.equal(code, 0, stdout);
  const { stdout: report } = await run(folder, ['report', '--database', path]);
  assert.equal(report.split('\n').length, 152);
});

test('a log without its database is refused', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'monitor.duckdb');
  const server = await serve(t, folder, '--database', path);
  await post(server.url, 'only');
  await server.end('SIGKILL');
  rmSync(path);
  await assert.rejects(DuckdbStorage.open(path), { code: 'unavailable', message: /belongs to another state/ });
  assert.equal(existsSync(path), false);
});

test('polls of a store that is not there are found when the database is opened', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  await madeDatabase(path);
  const database = await Database.open(path);
  const session = await database.session();
  await session.run('insert into polls (store_key, instant, active) values (51, now()::timestamp, true)');
  session.close();
  database.close();
  await assert.rejects(DuckdbStorage.open(path), {
    name: 'UserError',
    code: 'unavailable',
    message: /is damaged.*polls: no store_key is beyond the last of stores \(1 rows do not, such as 51\).*restore/,
  });
});

test('a database that is only read stays as it is, and an older schema is refused', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'monitor.duckdb');
  await madeDatabase(path);
  const before = readFileSync(path);
  for (const args of [
    ['report', '--database', path],
    ['check', '--database', path],
  ]) {
    assert.equal((await run(folder, args)).code, 0, args.join(' '));
  }
  assert.equal((await run(folder, ['copy', '--from', path, '--to', join(folder, 'other.duckdb')])).code, 0);
  assert.equal(readFileSync(path).equals(before), true, 'no byte has changed');
  const older = join(folder, 'older.duckdb');
  await databaseOfVersion(15, older);
  const old = readFileSync(older);
  for (const args of [
    ['report', '--database', older],
    ['copy', '--from', older, '--to', join(folder, 'third.duckdb')],
  ]) {
    const { code, stderr } = await run(folder, args);
    assert.equal(code, 1);
    assert.match(stderr, /has schema version 15, expected \d+.*run `restaurant-monitor migrate`/);
  }
  assert.equal(readFileSync(older).equals(old), true, 'it was not migrated');
  assert.equal((await run(folder, ['migrate', '--database', older])).code, 0);
  assert.equal((await run(folder, ['check', '--database', older])).code, 0);
});

async function databaseOfVersion(version: number, path: string): Promise<void> {
  const database = await Database.open(path);
  const session = await database.session();
  await session.run('create table schema_migrations (version integer primary key, name varchar, applied_at timestamp)');
  for (const migration of migrationsOf('duckdb').filter((one) => one.version <= version)) {
    await session.run(migration.sql);
    await session.run(
      `insert into schema_migrations values (${migration.version}, '${migration.name}', now()::timestamp)`,
    );
  }
  session.close();
  database.close();
}
