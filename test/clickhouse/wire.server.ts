import { after, before, suite } from 'node:test';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { engineContract } from '../storage/contract/engine.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestClickhouse } from './server.ts';

suite('a ClickHouse server', { skip: TestClickhouse.missing() ?? false }, () => {
  let server: TestPostgres;
  let clickhouse: TestClickhouse;
  before(async () => {
    [server, clickhouse] = [await TestPostgres.start(), await TestClickhouse.start()];
  });
  after(() => Promise.all([server.stop(), clickhouse.stop()]));

  engineContract('clickhouse server', async (options) => {
    const polls = new ClickhousePolls(await clickhouse.createDatabase());
    return PostgresStorage.open(await server.createDatabase(), { ...options, polls });
  });
});
