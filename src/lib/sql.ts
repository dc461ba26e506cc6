export type Value = string | number | bigint | boolean | null;
export type Row = Record<string, unknown>;
export type Parameters = Record<string, Value>;

/**
 * A connection to an SQL engine, for statements that the engines' dialects agree on. Parameters are bound by name:
 * `$as_of`. Where a number may be larger than 32 bits, the statement says so: `$as_of::bigint`.
 */
export interface Sql {
  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, parameters?: Parameters): Promise<number>;
  /** All rows of a query, for small results. */
  rows(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** The only row of a query that always gives one. */
  row(sql: string, parameters?: Parameters): Promise<Row>;
}

export interface TransactionalSql extends Sql {
  /**
   * Runs `work` as one transaction on the connection that it is handed: all of it holds, or nothing. On an engine with
   * a single connection everybody else waits meanwhile, so `work` is short and asks nothing of anyone else.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}
