import type { TransactionalSql } from '../../lib/sql.ts';
import type { AccountCatalog, AccountChanges } from '../ports/account-catalog.ts';
import { type AccountDialect, SqlAccountChanges } from './account-changes.ts';
import { SqlAccountReader } from './account-reader.ts';

/** The accounts, in SQL common to both engines. */
export class SqlAccountCatalog extends SqlAccountReader implements AccountCatalog {
  readonly #sql: TransactionalSql;
  readonly #dialect: AccountDialect;

  constructor(sql: TransactionalSql, dialect: AccountDialect) {
    super(sql);
    this.#sql = sql;
    this.#dialect = dialect;
  }

  changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T> {
    return this.#sql.transaction(async (sql) => {
      await this.#dialect.lock(sql);
      const result = await work(new SqlAccountChanges(sql, this.#dialect));
      await sql.run('update account_revision set number = number + 1');
      return result;
    });
  }

  async touchSession(tokenHash: string, lastSeenAt: number, expiresAt: number): Promise<void> {
    await this.#sql.run(
      `update sessions set last_seen_ms = $last_seen::bigint, expires_ms = $expires::bigint
       where token_hash = $token_hash and last_seen_ms < $last_seen::bigint`,
      { token_hash: tokenHash, last_seen: lastSeenAt, expires: expiresAt },
    );
  }

  async touchKey(id: string, lastUsedAt: number): Promise<void> {
    await this.#sql.run(
      `update api_keys set last_used_ms = $last_used::bigint
       where key_id = $id and (last_used_ms is null or last_used_ms < $last_used::bigint)`,
      { id, last_used: lastUsedAt },
    );
  }
}
