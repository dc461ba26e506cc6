import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Database } from '../../src/duckdb/database.ts';
import type { Session } from '../../src/duckdb/session.ts';
import { SessionPool } from '../../src/duckdb/sessions.ts';
import { literal } from '../../src/lib/sql.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A session of a database limited to the folder `open`, beside a folder whose name begins with it. */
async function confined(t: TestContext): Promise<{ folder: string; session: Session }> {
  const folder = temporaryFolder(t);
  for (const name of ['open', 'open-not']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'feed.csv'), 'a\n1\n');
  }
  const database = await Database.open(join(folder, 'data.duckdb'), {
    memory: 500_000_000,
    temporary: 1e9,
    folders: [join(folder, 'open')],
  });
  const session = await database.session();
  t.after(() => {
    session.close();
    database.close();
  });
  return { folder, session };
}

test('a database reads and writes files in its allowed folders, and no others', async (t) => {
  const { folder, session } = await confined(t);
  const read = (name: string) => session.rows(`select * from read_csv(${literal(join(folder, name))})`);
  assert.equal((await read('open/feed.csv')).length, 1);
  await session.run(`copy (select 1) to ${literal(join(folder, 'open', 'out.parquet'))} (format parquet)`);
  for (const name of ['open-not/feed.csv', 'open/../open-not/feed.csv']) {
    await assert.rejects(read(name), /Permission Error/, name);
  }
  await assert.rejects(
    session.run(`copy (select 1) to ${literal(join(folder, 'out.parquet'))} (format parquet)`),
    /Permission Error/,
  );
  await assert.rejects(session.run(`attach ${literal(join(folder, 'other.duckdb'))}`), /Permission Error/);
});

test('a statement cannot lift the restrictions of its database', async (t) => {
  const { session } = await confined(t);
  for (const setting of [
    `memory_limit = '8GB'`,
    `enable_external_access = true`,
    `allowed_directories = ['/']`,
    `max_temp_directory_size = '1TB'`,
    `autoload_known_extensions = true`,
    'lock_configuration = false',
    `TimeZone = 'Asia/Tokyo'`,
    `allowed_configs = ['memory_limit']`,
  ]) {
    await assert.rejects(session.run(`set global ${setting}`), /configuration has been locked/, setting);
  }
  for (const statement of ['install httpfs', 'load httpfs']) {
    await assert.rejects(session.run(statement), /Permission Error/, statement);
  }
});

test('a statement beyond the memory limit uses temporary files, and fails beyond their limit', async (t) => {
  const database = await Database.inMemory({ memory: 60_000_000, temporary: 20_000_000 });
  const session = await database.session();
  t.after(() => {
    session.close();
    database.close();
  });
  await assert.rejects(
    session.run('create temp table much as select hash(range)::varchar || hash(range + 1) as text from range(6000000)'),
    { name: 'UserError', code: 'too_large' },
  );
});

test('opening a file for changes deletes what DuckDB spilled for a process that was killed', async (t) => {
  const path = join(temporaryFolder(t), 'data.duckdb');
  (await Database.open(path)).close();
  mkdirSync(`${path}.tmp`);
  for (const name of ['duckdb_temp_block-7.block', 'duckdb_temp_storage_DEFAULT-0.tmp', 'other']) {
    writeFileSync(join(`${path}.tmp`, name), 'x');
  }
  (await Database.open(path, undefined, { readOnly: true })).close();
  assert.equal(readdirSync(`${path}.tmp`).length, 3, 'a reader changes nothing');
  (await Database.open(path)).close();
  assert.deepEqual(readdirSync(`${path}.tmp`), ['other']);
});

test('after a fatal error, the file is opened again once its sessions are closed, with everything that was committed', async (t) => {
  const path = join(temporaryFolder(t), 'data.duckdb');
  const limits = { memory: 500_000_000, temporary: 1e9, settings: { debug_checkpoint_abort: 'before_header' } };
  let openings = 0;
  const database = await Database.open(path, limits, {
    prepare: async () => {
      openings++;
    },
  });
  t.after(() => database.close());
  const [first, second] = [await database.session(), await database.session()];
  const ends: string[] = [];
  database.onEnd(() => ends.push('end'));
  await first.run('create table numbers as select 1 as number');
  await first.run('begin; insert into numbers values (2)');
  await first.run('commit');
  await assert.rejects(second.run('checkpoint'), { name: 'UserError', code: 'unavailable' });
  assert.deepEqual(ends, ['end']);
  await assert.rejects(first.rows('select * from numbers'), { code: 'unavailable' });
  second.close();
  await assert.rejects(database.session(), { code: 'unavailable', message: /opened again in a moment/ });
  first.close();
  const third = await database.session();
  assert.deepEqual(await third.rows('select * from numbers order by number'), [{ number: 1 }, { number: 2 }]);
  third.close();
  assert.equal(openings, 2);
});

test('a pool gives nobody a session that another left in a transaction, or whose database has ended', async (t) => {
  const path = join(temporaryFolder(t), 'data.duckdb');
  const limits = { memory: 500_000_000, temporary: 1e9, settings: { debug_checkpoint_abort: 'before_header' } };
  const database = await Database.open(path, limits);
  const pool = new SessionPool(database);
  t.after(() => {
    pool.close();
    database.close();
  });
  await pool.use((session) => session.run('create table numbers (number integer)'));
  await assert.rejects(
    pool.use(async (session) => {
      await session.run('begin; insert into numbers values (1)');
      throw new Error('the rollback has failed');
    }),
    /the rollback has failed/,
  );
  await pool.use((session) => session.transaction(() => session.run('insert into numbers values (2)')));
  await pool.use(async () => {
    await assert.rejects(
      pool.use((session) => session.run('checkpoint')),
      { code: 'unavailable' },
    );
  });
  assert.deepEqual(await pool.use((session) => session.rows('select * from numbers')), [{ number: 2 }]);
});

test('a statement that a pooled session keeps prepared takes each time its own parameters, of any type', async (t) => {
  const database = await Database.inMemory();
  t.after(() => database.close());
  const pool = new SessionPool(database);
  await pool.use(async (session) => {
    await session.run('create table counted as select range::integer as n from range(10)');
    const sql = 'select count(*)::integer as rows, max(n) as most from counted where n < $limit';
    const read = async (limit: number | bigint | string | null) => Object.values(await session.row(sql, { limit }));
    for (const limit of [3, 2.5, 4n, '5', null, 3]) {
      const expected = limit === null ? [0, null] : [Math.ceil(Number(limit)), Math.ceil(Number(limit)) - 1];
      assert.deepEqual(await read(limit), expected, String(limit));
    }
    assert.deepEqual(
      await Promise.all([1, 2, 3, 4].map(read)),
      [1, 2, 3, 4].map((rows) => [rows, rows - 1]),
    );
    await assert.rejects(session.row(sql, {}), /limit/);
    assert.deepEqual(await read(7), [7, 6]);
    await assert.rejects(read('many'), /Conversion/);
    assert.deepEqual(await read(8), [8, 7]);
  });
  pool.close();
});

test('a statement that a pooled session keeps prepared sees a table that was made anew, and errors without it', async (t) => {
  const database = await Database.inMemory();
  t.after(() => database.close());
  const pool = new SessionPool(database);
  const read = () => pool.use((session) => session.rows('select * from made where n >= $from', { from: 1 }));
  for (const [n, columns] of [1, 2, 3].entries()) {
    const others = Array.from({ length: columns }, (_, i) => `, ${i}::integer as c${i}`).join('');
    await pool.use((session) => session.run(`create or replace table made as select ${n + 1}::integer as n${others}`));
    assert.deepEqual(await read(), [
      { n: n + 1, ...Object.fromEntries(Array.from({ length: columns }, (_, i) => [`c${i}`, i])) },
    ]);
  }
  await pool.use((session) => session.run('drop table made'));
  await assert.rejects(read(), /made/);
  pool.close();
});

test('more statements than a session keeps prepared run as well, again and again', async (t) => {
  const database = await Database.inMemory();
  t.after(() => database.close());
  const pool = new SessionPool(database);
  await pool.use(async (session) => {
    for (const n of [...Array(150).keys(), ...Array(150).keys()]) {
      assert.deepEqual(await session.row(`select $added + ${n} as sum`, { added: 1 }), { sum: n + 1 });
    }
  });
  pool.close();
});
