import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '../../src/duckdb/database.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { RECORD_TABLES } from '../../src/storage/ports/records.ts';
import { migrationsOf } from '../../src/storage/shared/migrations.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { engineContract } from './contract/engine.ts';

engineContract('duckdb', (options) => DuckdbStorage.open(undefined, options));

const T = Date.parse('2023-01-22T12:00:00Z');

test('a database file keeps imports and reports', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const before = await DuckdbStorage.open(path);
  await merge(before, { polls: [['a', T, true]] });
  await before.reports.add({ id: 'r', asOf: T, requestedAt: T });
  await before.close();
  const after = await DuckdbStorage.open(path);
  t.after(() => after.close());
  assert.equal(await after.snapshot((s) => s.latestPoll()), T);
  assert.equal((await after.reports.claim('me', T))?.id, 'r');
});

test('a report that was running when the program ended is queued again at the next start', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const before = await DuckdbStorage.open(path);
  await before.reports.add({ id: 'cut', asOf: T, requestedAt: T });
  await before.reports.claim('worker one', T);
  await before.close();
  const after = await DuckdbStorage.open(path);
  t.after(() => after.close());
  assert.equal((await after.reports.find('cut'))?.status, 'queued');
  assert.equal((await after.reports.claim('worker two', T))?.id, 'cut');
});

test('a report that crashes its program is tried a limited number of times', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const first = await DuckdbStorage.open(path);
  await first.reports.add({ id: 'deadly', asOf: T, requestedAt: T });
  await first.reports.claim('patient', T);
  await first.reports.release('deadly', 'patient');
  await first.close();
  for (let i = 0; i < 5; i++) {
    const storage = await DuckdbStorage.open(path);
    assert.equal((await storage.reports.claim(`victim ${i}`, T))?.id, 'deadly');
    await storage.close();
  }
  const last = await DuckdbStorage.open(path);
  t.after(() => last.close());
  assert.equal(await last.reports.claim('survivor', T), undefined);
  const found = await last.reports.find('deadly');
  assert.deepEqual([found?.status, found?.reason], ['failed', 'it was started 5 times and never finished']);
});

test('no table has a unique index, which a failed commit would leave with entries of rows that are not there', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  await (await DuckdbStorage.open(path)).close();
  const database = await Database.open(path);
  t.after(() => database.close());
  const session = await database.session();
  const indexes = await session.rows(
    `select table_name from (
       select table_name from duckdb_constraints() where constraint_type in ('PRIMARY KEY', 'UNIQUE')
       union all select table_name from duckdb_indexes() where is_unique)
     -- Written only before anything else is.
     where table_name <> 'schema_migrations'`,
  );
  assert.deepEqual(indexes, []);
});

test('the error for a file that is not a database names it', async (t) => {
  const path = join(temporaryFolder(t), 'notes.txt');
  writeFileSync(path, 'buy milk\n'.repeat(1000));
  await assert.rejects(DuckdbStorage.open(path), {
    name: 'UserError',
    code: 'unavailable',
    message: /notes\.txt cannot be opened as a DuckDB database/,
  });
});

test('a database of the first version is migrated and keeps its data', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const database = await Database.open(path);
  const session = await database.session();
  const [first] = migrationsOf('duckdb');
  await session.run(`
    ${first?.sql};
    create table schema_migrations (version integer primary key, name varchar, applied_at timestamp);
    insert into schema_migrations values (1, 'report', now()::timestamp);
    insert into stores values (1, 'a', 'UTC'), (2, 'b', 'UTC');
    insert into polls values (1, make_timestamp_ms(${T + 5}), true), (1, make_timestamp_ms(${T}), false);
    insert into business_hours values (1, 0, 0, 3600000);
    update revision set number = 7`);
  session.close();
  database.close();
  const storage = await DuckdbStorage.open(path);
  t.after(() => storage.close());
  const found = await storage.snapshot(async (s) => [
    await s.revision(),
    await s.storesRevision(),
    await s.hoursVersions(1),
    [...(await s.firstPolls(1, 3))],
    await s.latestPoll(),
  ]);
  const week = [{ day: 0, start: 0, end: 3_600_000 }];
  const versions = [{ from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY, week }];
  assert.deepEqual(found, [7, 0, versions, [T, Number.NaN], T + 5]);
});

test('an older program rejects a newer schema', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  await (await DuckdbStorage.open(path)).close();
  const database = await Database.open(path);
  const session = await database.session();
  await session.run(`insert into schema_migrations (version, name) values (999, 'from_the_future')`);
  session.close();
  database.close();
  await assert.rejects(DuckdbStorage.open(path), {
    code: 'unavailable',
    message: /schema version 999, this program knows versions up to \d+/,
  });
});

test('every table is either copied row by row, or in another way', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  await (await DuckdbStorage.open(path)).close();
  const database = await Database.open(path, undefined, { readOnly: true });
  const session = await database.session();
  const tables = await session.rows('select table_name from duckdb_tables()');
  session.close();
  database.close();
  const otherwise = ['stores', 'business_hours', 'special_hours', 'zone_changes', 'polls', 'sales'];
  const own = [
    'schema_migrations',
    'generation',
    'revision',
    'account_revision',
    'alert_revision',
    'write_checks',
    'idempotency_keys',
  ];
  assert.deepEqual(tables.map(({ table_name }) => table_name).sort(), [...RECORD_TABLES, ...otherwise, ...own].sort());
});

test('accounts are in the database file', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const before = await DuckdbStorage.open(path);
  const user = { id: 'u', login: 'anna', name: 'Anna', role: 'admin', passwordHash: '$hash', createdAt: T } as const;
  await before.accounts.changing((changes) => changes.addUser(user));
  await before.close();
  const after = await DuckdbStorage.open(path);
  t.after(() => after.close());
  assert.equal((await after.accounts.userByLogin('anna'))?.id, 'u');
});
