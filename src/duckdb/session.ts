import { setImmediate } from 'node:timers/promises';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
  type DuckDBTypeId,
  INTEGER,
  UTINYINT,
} from '@duckdb/node-api';
import { UserError } from '../lib/errors.ts';
import type { Parameters, Row, Sql } from '../lib/sql.ts';
import { endsDatabase, statementError } from './errors.ts';

/** Prepared statements that a session keeps, about 50 kB each. */
const MOST_PREPARED = 64;

export interface SessionOptions {
  /** Whether other sessions of the database do different work. */
  readonly shared: boolean;
  /** Whether statements with parameters are kept prepared: to prepare a short one takes longer than to run it. */
  readonly short: boolean;
}

/** What a session reports to its database. */
export interface SessionEvents {
  readonly onClose?: () => void;
  /** A statement has failed such that no other will succeed until the database is opened again. */
  readonly onDatabaseEnd?: () => void;
}

/** A result in memory. */
export interface WholeResult {
  readonly rowCount: number;
  /** Lets other work run between them. */
  readonly chunks: AsyncIterable<DuckDBDataChunk>;
  typeOf(column: number): DuckDBTypeId;
}

/**
 * A DuckDB connection, with its own transaction and temporary tables. Statements run one after another. Parameters are
 * bound by name: `$as_of`. Statements throw `unavailable` or `too_large` as in `statementError`.
 */
export class Session implements Sql {
  readonly #connection: DuckDBConnection;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  /** By their text, in the order of their last runs. */
  readonly #prepared = new Map<string, DuckDBPreparedStatement>();
  #ended = false;

  constructor(connection: DuckDBConnection, options: SessionOptions, events: SessionEvents = {}) {
    this.#connection = connection;
    this.#options = options;
    this.#events = events;
  }

  /** Runs a statement; returns how many rows it changed. */
  async run(sql: string, parameters?: Parameters): Promise<number> {
    const result = await this.#explained(() => this.#run(sql, parameters));
    return result.rowsChanged;
  }

  /** All rows of a query, for small results. */
  async rows(sql: string, parameters?: Parameters): Promise<Row[]> {
    const result = await this.#explained(() => this.#run(sql, parameters));
    return this.#explained(() => result.getRowObjects());
  }

  /** The only row of a query that always returns one. */
  async row(sql: string, parameters?: Parameters): Promise<Row> {
    const [row] = await this.rows(sql, parameters);
    if (row === undefined) throw new Error(`no row from: ${sql}`);
    return row;
  }

  /** The result in DuckDB's chunks of about 2,000 rows, column by column. */
  async *chunks(sql: string, parameters?: Parameters): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#explained(() => this.#connection.stream(sql, parameters));
    for (;;) {
      const chunk = await this.#explained(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /**
   * The whole result, held in memory: several times faster than `chunks`, which needs a round trip to another thread for
   * each chunk.
   */
  async result(sql: string, parameters?: Parameters): Promise<WholeResult> {
    const result = await this.#explained(() => this.#run(sql, parameters));
    return {
      rowCount: result.rowCount,
      chunks: wholeChunks(result),
      typeOf: (column) => result.columnTypeId(column),
    };
  }

  async #run(sql: string, parameters: Parameters | undefined): Promise<DuckDBMaterializedResult> {
    if (parameters === undefined || !this.#options.short) return this.#connection.run(sql, parameters);
    const kept = this.#prepared.get(sql);
    // Another run at the same time needs one of its own, for its own parameters.
    this.#prepared.delete(sql);
    const statement = kept ?? (await this.#connection.prepare(sql));
    try {
      statement.clearBindings();
      statement.bind(parameters);
      const result = await statement.run();
      this.#keep(sql, statement);
      return result;
    } catch (error) {
      statement.destroySync();
      throw error;
    }
  }

  #keep(sql: string, statement: DuckDBPreparedStatement): void {
    this.#prepared.get(sql)?.destroySync();
    this.#prepared.delete(sql);
    this.#prepared.set(sql, statement);
    const [oldest] = this.#prepared;
    if (oldest === undefined || this.#prepared.size <= MOST_PREPARED) return;
    this.#prepared.delete(oldest[0]);
    oldest[1].destroySync();
  }

  /** Appends rows, given as columns of one length, to a table of integer, double and utinyint columns. */
  append(table: string, columns: readonly (Int32Array | Float64Array | Uint8Array)[]): Promise<void> {
    return this.#explained(() => this.#append(table, columns));
  }

  async #append(table: string, columns: readonly (Int32Array | Float64Array | Uint8Array)[]): Promise<void> {
    const types = columns.map((column) =>
      column instanceof Int32Array ? INTEGER : column instanceof Float64Array ? DOUBLE : UTINYINT,
    );
    const length = columns[0]?.length ?? 0;
    const appender = await this.#connection.createAppender(table);
    for (let first = 0; first < length; first += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, length - first);
      const chunk = DuckDBDataChunk.create(types, rows);
      for (const [c, column] of columns.entries()) {
        const vector = chunk.getColumnVector(c);
        for (let row = 0; row < rows; row++) vector.setItem(row, column[first + row] as number);
        vector.flush();
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  /** Runs `work` in a transaction. A session on which this fails may still be in it, and must be closed. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('begin transaction');
    try {
      const result = await work();
      await this.run('commit');
      return result;
    } catch (error) {
      await this.#rollback();
      throw error;
    }
  }

  /** Progress of the running statement, 0 to 1; 0 if unknown. */
  progress(): number {
    return Math.min(1, Math.max(0, this.#connection.progress.percentage / 100));
  }

  /** Interrupts the running statement, if any, which is rejected. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  /** Whether it runs statements: it was not ended. */
  get usable(): boolean {
    return !this.#ended;
  }

  /** Interrupts the running statement, and rejects all later ones. The session must still be closed. */
  end(): void {
    this.#ended = true;
    this.interrupt();
  }

  close(): void {
    this.#events.onClose?.();
    for (const statement of this.#prepared.values()) statement.destroySync();
    this.#prepared.clear();
    this.#connection.closeSync();
  }

  async #explained<T>(statement: () => Promise<T>): Promise<T> {
    if (this.#ended) throw endedError();
    try {
      return await statement();
    } catch (error) {
      if (endsDatabase(error)) this.#events.onDatabaseEnd?.();
      // It was interrupted, which says nothing about the statement.
      if (this.#ended && !endsDatabase(error)) throw endedError(error);
      throw statementError(error, this.#options.shared);
    }
  }

  /** A failed commit has ended the transaction, and the rollback fails. */
  async #rollback(): Promise<void> {
    try {
      await this.run('rollback');
    } catch {}
  }
}

function endedError(cause?: unknown): UserError {
  return new UserError('unavailable', 'the database is being closed or opened again', { cause });
}

/** DuckDB's chunk size, rows. */
const CHUNK_ROWS = 2_048;

/** Chunks read before other work of the process runs: two or three milliseconds. */
const CHUNKS_PER_TURN = 32;

async function* wholeChunks(result: DuckDBMaterializedResult): AsyncGenerator<DuckDBDataChunk> {
  for (let i = 0; i < result.chunkCount; i++) {
    if (i % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) await setImmediate();
    yield result.getChunk(i);
  }
}
