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
