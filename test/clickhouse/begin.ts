import { after, before } from 'node:test';
import { TestPostgres } from '../support/postgres.ts';
import { Chdb } from './chdb.ts';

/** A ClickHouse that tests can use. */
interface Stoppable {
  stop(): Promise<void>;
}

/** What tests use: PostgreSQL, and ClickHouse of one kind or another. */
export interface Servers<T> {
  readonly postgres: TestPostgres;
  readonly clickhouse: T;
}

/** Starts PostgreSQL and ClickHouse before the tests of this suite or file, and stops them after. Not to be used before. */
export function startServers<T extends Stoppable>(start: () => Promise<T>): Servers<T> {
  const started: { postgres?: TestPostgres; clickhouse?: T } = {};
  before(async () => {
    [started.postgres, started.clickhouse] = await Promise.all([TestPostgres.start(), start()]);
  });
  after(() => Promise.all([started.postgres?.stop(), started.clickhouse?.stop()]));
  return started as Servers<T>;
}

/** The same with chDB. */
export function startChdb(): Servers<Chdb> {
  return startServers(async () => Chdb.start());
}
