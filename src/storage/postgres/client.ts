import type { Socket } from 'node:net';
import pg from 'pg';
import type { Parameters, Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import { after, yieldTurn } from '../../lib/world/timers.ts';
import { connectionError, endsConnection, statementError, unreachable } from './errors.ts';

/** PostgreSQL as `Sql`: `$name` becomes `$1`. Statements throw as in `statementError`. */
export abstract class PostgresSql implements Sql {
  async run(sql: string, parameters?: Parameters): Promise<number> {
    return (await this.#named(sql, parameters)).rowCount ?? 0;
  }

  async rows(sql: string, parameters?: Parameters): Promise<Row[]> {
    return (await this.#named(sql, parameters)).rows;
  }

  async row(sql: string, parameters?: Parameters): Promise<Row> {
    const [row] = await this.rows(sql, parameters);
    if (row === undefined) throw new Error(`no row from: ${sql}`);
    return row;
  }

  /** Runs a statement with positional parameters, which may be arrays. */
  async list(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.query(sql, [...values])).rows;
  }

  /** Runs a statement with positional parameters. */
  abstract query(text: string, values: unknown[]): Promise<pg.QueryResult<Row>>;

  #named(sql: string, parameters: Parameters = {}): Promise<pg.QueryResult<Row>> {
    const values: unknown[] = [];
    const positions = new Map<string, string>();
    const text = sql.replace(/\$([a-z_][a-z0-9_]*)/g, (name, key: string) => {
      if (!(key in parameters)) return name;
      const position = positions.get(key) ?? `$${values.push(parameters[key])}`;
      positions.set(key, position);
      return position;
    });
    return this.query(text, values);
  }
}

/** A connection while it is in use, with a transaction and temporary tables of its own. */
export class PostgresConnection extends PostgresSql {
  readonly #client: pg.PoolClient;
  readonly #timeout: number;
  #lost = false;

  /** @param timeout milliseconds after which a server that does not answer counts as lost; 0: never */
  constructor(client: pg.PoolClient, timeout: number) {
    super();
    this.#client = client;
    this.#timeout = timeout;
    client.on('error', this.#onLoss);
  }

  /** Whether it cannot be used anymore. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Of the process that serves it. */
  get processId(): number {
    return (this.#client as unknown as { processID: number }).processID;
  }

  /** Closes it, and rejects whatever is running on it. */
  cut(): void {
    this.#lost = true;
    (this.#client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  }

  /** Runs a `copy`, whose stream `work` gets from the driver. */
  copying<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#guarded(() => work(this.#client));
  }

  /** Several statements without parameters. */
  async script(sql: string): Promise<void> {
    await this.#guarded(() => this.#client.query(sql));
  }

  /** A connection that cannot roll back is in an unknown state, and must not be used again. */
  async rollBack(): Promise<void> {
    if (this.#lost) return;
    await this.run('rollback').catch(() => this.cut());
  }

  /** Returns it to its pool, or closes it when it is lost. */
  release(): void {
    this.#client.off('error', this.#onLoss);
    this.#client.release(this.#lost);
  }

  query(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    return this.#guarded(() => this.#client.query<Row>(text, values));
  }

  readonly #onLoss = () => {
    this.#lost = true;
  };

  /** The server ends statements that take too long by itself; one that is stopped or cut off cannot. */
  async #guarded<T>(statement: () => Promise<T>): Promise<T> {
    if (this.#lost) throw unreachable(undefined);
    let waits = true;
    const cut = async () => {
      // If this process stood still meanwhile, the answer is there and only has to be read.
      await yieldTurn();
      if (waits) this.cut();
    };
    const timer = this.#timeout > 0 ? after(this.#timeout, () => void cut()) : undefined;
    try {
      return await statement();
    } catch (error) {
      if (endsConnection(error)) this.#lost = true;
      throw this.#lost ? unreachable(error) : statementError(error);
    } finally {
      waits = false;
      timer?.stop();
    }
  }
}

export interface PoolOptions {
  /** The most connections. */
  readonly size: number;
  /** How long a connection is waited for, milliseconds. */
  readonly wait: number;
  /** How long a statement may take, and how long it may wait for a lock, milliseconds; `undefined`: any time. */
  readonly limits?: { readonly statement: number; readonly lock: number } | undefined;
  /** Whether all transactions are read-only. */
  readonly readOnly?: boolean;
}

/** A server that is stopped gets this much longer than the limit that it would keep itself, milliseconds. */
const GRACE = 1_000;

/**
 * Connections whose clock is UTC, made when they are needed. Losing an idle one is no event: the next statement takes
 * another.
 */
export class PostgresPool extends PostgresSql implements TransactionalSql {
  readonly #pool: pg.Pool;
  readonly #timeout: number;
  readonly #inUse = new Set<PostgresConnection>();

  constructor(url: string, { size, wait, limits, readOnly = false }: PoolOptions) {
    super();
    this.#timeout = limits === undefined ? 0 : limits.statement + GRACE;
    const settings = {
      timezone: 'UTC',
      ...(readOnly && { default_transaction_read_only: 'on' }),
      ...(limits && { statement_timeout: limits.statement, lock_timeout: limits.lock }),
    };
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'restaurant-monitor',
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      max: size,
      connectionTimeoutMillis: wait,
      keepAlive: true,
    });
    this.#pool.on('error', () => {});
  }

  /**
   * Runs `work` as one transaction on a connection of its own.
   *
   * @param begin the statement that begins it
   */
  transaction<T>(work: (connection: PostgresConnection) => Promise<T>, begin = 'begin'): Promise<T> {
    return this.#connected(async (connection) => {
      await connection.run(begin);
      try {
        const result = await work(connection);
        await connection.run('commit');
        return result;
      } catch (error) {
        await connection.rollBack();
        throw error;
      }
    });
  }

  /** The connections that are in use. */
  get inUse(): ReadonlySet<PostgresConnection> {
    return this.#inUse;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  query(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    return this.#connected((connection) => connection.query(text, values));
  }

  async #connected<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error) => {
      throw connectionError(error);
    });
    const connection = new PostgresConnection(client, this.#timeout);
    this.#inUse.add(connection);
    try {
      return await work(connection);
    } finally {
      this.#inUse.delete(connection);
      connection.release();
    }
  }
}
