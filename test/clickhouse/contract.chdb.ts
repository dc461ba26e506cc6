import { suite } from 'node:test';
import { PostgresStorage } from '../../src/storage/postgres/storage.ts';
import { engineContract } from '../storage/contract/engine.ts';
import { startChdb } from './begin.ts';

suite('ClickHouse', () => {
  const servers = startChdb();

  engineContract('clickhouse', async (options) => {
    const { postgres, clickhouse } = servers;
    const polls = clickhouse.polls(await clickhouse.createDatabase());
    return PostgresStorage.open(await postgres.createDatabase(), { ...options, polls });
  });
});
