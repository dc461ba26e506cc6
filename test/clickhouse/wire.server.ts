import { suite } from 'node:test';
import { ClickhousePolls } from '../../src/storage/clickhouse/polls.ts';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { engineContract } from '../storage/contract/engine.ts';
import { startServers } from './begin.ts';
import { TestClickhouse } from './server.ts';

suite('a ClickHouse server', { skip: TestClickhouse.missing() ?? false }, () => {
  const servers = startServers(() => TestClickhouse.start());

  engineContract('clickhouse server', async (options) => {
    const polls = new ClickhousePolls(await servers.clickhouse.createDatabase());
    return PostgresStorage.open(await servers.postgres.createDatabase(), { ...options, polls });
  });
});
