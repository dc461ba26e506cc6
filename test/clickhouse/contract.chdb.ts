import { after, before, suite } from 'node:test';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { engineContract } from '../storage/contract/engine.ts';
import { TestPostgres } from '../support/postgres.ts';
import { Chdb } from './chdb.ts';

suite('ClickHouse', () => {
  let server: TestPostgres;
  let chdb: Chdb;
  before(async () => {
    server = await TestPostgres.start();
    chdb = Chdb.start();
  });
  after(() => Promise.all([server.stop(), chdb.stop()]));

  engineContract('clickhouse', async (options) =>
    PostgresStorage.open(await server.createDatabase(), { ...options, polls: chdb.polls(await chdb.createDatabase()) }),
  );
});
