import pg from 'pg';
import { messageOf, UserError } from '../../lib/errors.ts';
import type { Parameters, Row, Sql, TransactionalSql } from '../../lib/sql.ts';

/** What runs a statement: a connection, or the pool that picks one. */
type Queryable = Pick<pg.Pool, 'query'>;

/** PostgreSQL behind the common face: `$name` becomes `$1`. */
export class PostgresSql implements Sql {
  readonly #queryable: Queryable;
  readonly #timeout: number;

  /** @param timeout milliseconds after which a statement counts as lost; 0: it may take as long as it takes */
  constructor(queryable: Queryable, timeout = 0) {
    this.#queryable = queryable;
    this.#timeout = timeout;
  }

  async run(sql: string, parameters?: Parameters): Promise<number> {
    return (await this.#query(sql, parameters)).rowCount ?? 0;
  }

  async rows(sql: string, parameters?: Parameters): Promise<Row[]> {
    return (await this.#query(sql, parameters)).rows;
  }

  async row(sql: string, parameters?: Parameters): Promise<Row> {
    const [row] = await this.rows(sql, parameters);
    if (row === undefined) throw new Error(`no row from: ${sql}`);
    return row;
  }

  /** Runs a statement with positional parameters, which may be arrays. */
  list(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return reaching(async () => (await this.#ask(sql, [...values])).rows);
  }

  #query(sql: string, parameters: Parameters = {}): Promise<pg.QueryResult<Row>> {
    const values: unknown[] = [];
    const positions = new Map<string, string>();
    const text = sql.replace(/\$([a-z_]+)/g, (name, key: string) => {
      if (!(key in parameters)) return name;
      const position = positions.get(key) ?? `$${values.push(parameters[key])}`;
      positions.set(key, position);
      return position;
    });
    return reaching(() => this.#ask(text, values));
  }

  #ask(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    const query = { text, values, ...(this.#timeout > 0 && { query_timeout: this.#timeout }) };
    return this.#queryable.query<Row>(query);
  }
}

/** The same on a pool, with transactions: each takes a connection of its own for as long. */
export class PooledSql extends PostgresSql implements TransactionalSql {
  readonly #pool: pg.Pool;
  readonly #timeout: number;

  constructor(pool: pg.Pool, timeout: number) {
    super(pool, timeout);
    this.#pool = pool;
    this.#timeout = timeout;
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return inTransaction(this.#pool, 'begin', (client) => work(new PostgresSql(client, this.#timeout)), this.#timeout);
  }
}

/** A pool of connections whose clock is UTC. Losing one of them is no event: the next statement takes another. */
export function openPool(url: string, { readOnly = false } = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'restaurant-monitor',
    options: `-c timezone=UTC${readOnly ? ' -c default_transaction_read_only=on' : ''}`,
    max: 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  pool.on('error', () => {});
  return pool;
}

/** SQLSTATE classes and codes of a server that is gone, going, starting, or full. */
const LOST = /^(08...|57P0[123]|53300)$/;
/** SQLSTATE insufficient_privilege. */
const NOT_ALLOWED = '42501';
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'EAI_AGAIN']);

/**
 * Runs something that talks to the server.
 *
 * @throws UserError `unavailable` when the server cannot be reached; everything else as it is
 */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const message = messageOf(error);
    const lost =
      LOST.test(code) || NETWORK.has(code) || /connection terminated|connection error|timeout/i.test(message);
    if (code === NOT_ALLOWED) {
      throw new UserError('unavailable', `the role of the database may not do this: ${message}`, { cause: error });
    }
    if (!lost) throw error;
    throw new UserError('unavailable', 'the database cannot be reached', { cause: error });
  }
}

/**
 * Runs `work` on a connection of its own, in a transaction: all of it holds, or nothing.
 *
 * @param timeout milliseconds after which beginning and ending it counts as lost; 0: it may take as long as it takes
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
  timeout = 0,
): Promise<T> {
  const client = await reaching(() => pool.connect());
  let broken = false;
  // The loss of a connection also rejects whatever is being awaited on it.
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  const sql = new PostgresSql(client, timeout);
  try {
    await sql.run(begin);
    const result = await work(client);
    await sql.run('commit');
    return result;
  } catch (error) {
    await sql.run('rollback').catch(onError);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
