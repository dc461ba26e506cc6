import assert from 'node:assert/strict';
import { after, before, suite, type TestContext, test } from 'node:test';
import pg from 'pg';
import { isTemporary, messageOf } from '../../src/lib/errors.ts';
import { PostgresPool } from '../../src/storage/postgres/client.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { TestPostgres } from '../support/postgres.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** SQLSTATEs by what this program makes of them. */
const TEMPORARY = {
  busy: ['40001', '40P01', '53300', '55006', '55P03', '57014'],
  unavailable: [
    ...['08003', '08006', '0A000', '25006', '42501', '53000', '53100', '53200', '53400', '54000', '55000', '57P01'],
    ...['57P02', '57P03', '57P04', '58000', '58030', '58P01', 'F0000', 'XX000', 'XX001', 'XX002'],
  ],
} as const;
const PERMANENT = ['21000', '22001', '22003', '22P02', '23502', '23505', '23514', '42601', '42703', '42P01'];

suite('errors of PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await TestPostgres.start();
  });
  after(() => server.stop());

  async function open(t: TestContext) {
    const url = await server.createDatabase();
    const storage = await PostgresStorage.open(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    t.after(() => Promise.all([storage.close(), client.end()]));
    return { storage, url, execute: (sql: string) => client.query(sql) };
  }

  test('only errors about the data or the statement are permanent', async (t) => {
    const pool = new PostgresPool(await server.createDatabase(), { size: 1, wait: 60_000 });
    t.after(() => pool.end());
    const raised = (sqlstate: string) =>
      pool.run(`do $$ begin raise exception using errcode = '${sqlstate}', message = 'for a test'; end $$`).then(
        () => assert.fail('nothing was raised'),
        (error: unknown) => error,
      );
    for (const [code, sqlstates] of Object.entries(TEMPORARY)) {
      for (const sqlstate of sqlstates) {
        const error = await raised(sqlstate);
        assert.equal(isTemporary(error) && error.code, code, `${sqlstate}: ${messageOf(error)}`);
      }
    }
    for (const sqlstate of PERMANENT) {
      const error = await raised(sqlstate);
      assert.equal((error as { code?: string }).code, sqlstate, messageOf(error));
    }
  });

  test('a database that became read-only is unavailable until it can be written again', async (t) => {
    const { storage, url, execute } = await open(t);
    const poll = { ids: ['a'], instants: [T], active: [1] };
    const name = new URL(url).pathname.slice(1);
    const setReadOnly = async (value: 'on' | 'off') => {
      await execute(`alter database ${name} set default_transaction_read_only = ${value}`);
      // The setting is for new connections.
      await execute(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    };
    await setReadOnly('on');
    const refused = { code: 'unavailable', message: /^the database cannot be used: .*read-only transaction/ };
    const afterLoss = async (work: () => Promise<unknown>) => {
      for (;;) {
        const error = await work().then(
          () => undefined,
          (error: unknown) => error,
        );
        if (messageOf(error) !== 'the database cannot be reached') throw error;
      }
    };
    await assert.rejects(
      afterLoss(() => storage.appendPolls([poll])),
      refused,
    );
    await assert.rejects(
      afterLoss(() => merge(storage, { polls: [['a', T, true]] })),
      refused,
    );
    await assert.rejects(
      afterLoss(() => storage.changing((writer) => writer.addStore('b'))),
      refused,
    );
    await assert.rejects(
      afterLoss(() => storage.reports.add({ id: 'r', asOf: T, requestedAt: T })),
      refused,
    );
    await setReadOnly('off');
    await assert.rejects(
      afterLoss(async () => {
        await storage.appendPolls([poll]);
        throw new Error('stored');
      }),
      { message: 'stored' },
    );
  });

  test('an answer that arrived while this process stood still is read', async (t) => {
    const pool = new PostgresPool(await server.createDatabase(), {
      ...{ size: 1, wait: 60_000 },
      limits: { statement: 1_000, lock: 1_000 },
    });
    t.after(() => pool.end());
    await pool.rows('select 1 as one');
    const answer = pool.rows('select 2 as two');
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000);
    assert.deepEqual(await answer, [{ two: 2 }]);
  });

  test('a connection that the server ended is not used again', async (t) => {
    const pool = new PostgresPool(await server.createDatabase(), { size: 1, wait: 60_000 });
    t.after(() => pool.end());
    for (let i = 0; i < 20; i++) {
      await assert.rejects(pool.run('select pg_terminate_backend(pg_backend_pid())'), { code: 'unavailable' });
      assert.deepEqual(await pool.rows('select 1 as one'), [{ one: 1 }]);
    }
  });
});
