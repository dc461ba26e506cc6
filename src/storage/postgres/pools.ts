import { UserError } from '../../lib/errors.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import type { Parameters, Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import { waitAtMost } from '../../lib/world/timers.ts';
import { PostgresPool } from './client.ts';

/** A request waits for each of its statements; milliseconds. */
const REQUEST = { wait: 5_000, limits: { statement: 4_000, lock: 3_000 } } as const;
/** Large imports, reports and migrations take their time. */
const BACKGROUND = { wait: 30_000, limits: undefined } as const;

/** How long the server may take to end background work before its connections are cut, milliseconds. */
const INTERRUPT_WAIT = 1_000;

/** Catalog transactions that use a connection at the same time; some wait for one another. */
const CATALOG_TRANSACTIONS = 3;

/** Connections by what they are for, so that nothing waits for a connection behind work of another kind. */
export class Pools {
  /** Health checks, leases and heartbeats. */
  readonly control: PostgresPool;
  /** Reads and small writes of requests. */
  readonly requests: PostgresPool;
  /** Changes of stores, appended polls, and the partitions that these need: one transaction at a time. */
  readonly writes: PostgresPool;
  /** Imports, reports, maintenance: whatever nobody waits for in a request. */
  readonly background: PostgresPool;

  /** @param options.readOnly whether all transactions are read-only */
  constructor(url: string, options: { readonly readOnly: boolean }) {
    this.control = new PostgresPool(url, { size: 2, ...REQUEST, ...options });
    this.requests = new PostgresPool(url, { size: 6, ...REQUEST, ...options });
    this.writes = new PostgresPool(url, { size: 1, ...REQUEST, ...options });
    this.background = new PostgresPool(url, { size: 6, ...BACKGROUND, ...options });
  }

  /** For the catalogs, whose transactions may wait for one another: most of these wait without a connection. */
  catalog(): TransactionalSql {
    return new CatalogSql(this.requests);
  }

  /**
   * Ends the background work that is running. The server ends it, too: a statement whose client is gone would go on and
   * keep its locks.
   */
  async interrupt(): Promise<void> {
    const connections = [...this.background.inUse];
    const ids = connections.map(({ processId }) => processId);
    const ended = this.control.list('select pg_terminate_backend(id) from unnest($1::int[]) as id', [ids]);
    await waitAtMost(INTERRUPT_WAIT, ended).catch(() => {});
    for (const connection of connections) connection.cut();
  }

  /** Resolves when all connections are closed, or after a while: a server that does not answer holds up no end. */
  async close(): Promise<void> {
    const ends = [this.control, this.requests, this.writes, this.background].map((pool) => pool.end());
    await waitAtMost(REQUEST.wait, Promise.all(ends));
  }
}

class CatalogSql implements TransactionalSql {
  readonly #pool: PostgresPool;
  readonly #transactions = new Semaphore(CATALOG_TRANSACTIONS);

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  run(sql: string, parameters?: Parameters): Promise<number> {
    return this.#pool.run(sql, parameters);
  }

  rows(sql: string, parameters?: Parameters): Promise<Row[]> {
    return this.#pool.rows(sql, parameters);
  }

  row(sql: string, parameters?: Parameters): Promise<Row> {
    return this.#pool.row(sql, parameters);
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#transactions.run(() => this.#pool.transaction(work), {
      milliseconds: REQUEST.wait,
      error: () => new UserError('busy', 'too many changes are waiting; try again in a moment'),
    });
  }
}
