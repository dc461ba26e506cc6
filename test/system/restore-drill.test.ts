import { join } from 'node:path';
import { test } from 'node:test';
import { restoreDrill } from '../../scripts/restore-drill.ts';
import { TestPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a restore as docs/operations.md describes it works on DuckDB, with crashes in between', async (t) => {
  const folder = temporaryFolder(t);
  await restoreDrill({ folder, database: join(folder, 'monitor.duckdb'), onStep: (line) => t.diagnostic(line) });
});

test('a restore as docs/operations.md describes it works on PostgreSQL, with crashes in between', async (t) => {
  const postgres = await TestPostgres.start();
  t.after(() => postgres.stop());
  const database = await postgres.createDatabase();
  await restoreDrill({ folder: temporaryFolder(t), database, onStep: (line) => t.diagnostic(line) });
});
