/** What the engines write differently where rows are added that may exist. */
export interface InsertDialect {
  /**
   * Ends an `insert … where not exists`, and keeps a row out that another transaction is adding. Empty where transactions
   * run one after another, and where no unique index may be (`migrations/duckdb/001_report.sql`).
   */
  readonly ignoreDuplicates: string;
}
