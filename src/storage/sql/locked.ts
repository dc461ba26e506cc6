import type { Sql, TransactionalSql } from '../../lib/sql.ts';

/** Transactions of which one runs at a time, so that each sees what the one before has changed. */
export class LockedSql {
  readonly #sql: TransactionalSql;
  readonly #lock: (sql: Sql) => Promise<void>;

  /** @param lock waits, within a transaction, until no other transaction has the lock */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>) {
    this.#sql = sql;
    this.#lock = lock;
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#sql.transaction(async (sql) => {
      await this.#lock(sql);
      return work(sql);
    });
  }
}
