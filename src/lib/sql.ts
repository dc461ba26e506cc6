export type Value = string | number | bigint | boolean | null;
export type Row = Record<string, unknown>;
export type Parameters = Record<string, Value>;

/**
 * A connection to an SQL engine, for statements that are valid on all engines. Parameters are bound by name: `$as_of`.
 * Numbers that may exceed 32 bits are cast: `$as_of::bigint`.
 */
export interface Sql {
  /** Runs a statement; returns the number of changed rows. */
  run(sql: string, parameters?: Parameters): Promise<number>;
  /** All rows of a query, for small results. */
  rows(sql: string, parameters?: Parameters): Promise<Row[]>;
  /** The row of a query that always returns exactly one. */
  row(sql: string, parameters?: Parameters): Promise<Row>;
}

export interface TransactionalSql extends Sql {
  /**
   * Runs `work` in a transaction on the connection that it receives. On an engine with a single connection all others
   * wait meanwhile, so `work` must be short and must not wait for anything else.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

/** A text as an SQL string literal, where no parameter is allowed (file names in table functions). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
