import type { Sql } from '../../lib/sql.ts';
import type { IdempotencyKeys, KeptResponse, KeyedRequest, KeyHolder } from '../ports/idempotency.ts';
import type { InsertDialect } from './insert-dialect.ts';

interface IdempotencyDialect extends InsertDialect {
  /** An SQL expression: the database's clock, milliseconds since 1970, a bigint. */
  readonly now: string;
}

export class SqlIdempotencyKeys implements IdempotencyKeys {
  readonly #sql: Sql;
  readonly #dialect: IdempotencyDialect;

  constructor(sql: Sql, dialect: IdempotencyDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  async take({ keyHash, fingerprint }: KeyedRequest, token: string, lease: number): Promise<KeyHolder | undefined> {
    const { now, ignoreDuplicates } = this.#dialect;
    const values = { key: keyHash, fingerprint, token, lease };
    // Two statements: the first one wins an expired key, the second one a new key.
    const expired = await this.#sql.run(
      `update idempotency_keys
       set fingerprint = $fingerprint, token = $token, until_ms = ${now} + $lease::bigint, response = null
       where key_hash = $key and until_ms < ${now}`,
      values,
    );
    if (expired === 1) return undefined;
    const added = await this.#sql.run(
      `insert into idempotency_keys (key_hash, fingerprint, token, until_ms)
       select $key, $fingerprint, $token, ${now} + $lease::bigint
       where not exists (select 1 from idempotency_keys where key_hash = $key) ${ignoreDuplicates}`,
      values,
    );
    if (added === 1) return undefined;
    const [row] = await this.#sql.rows('select fingerprint, response from idempotency_keys where key_hash = $key', {
      key: keyHash,
    });
    // Without a row, it has just been released: the caller may try again.
    if (row === undefined) return { fingerprint, response: undefined };
    const response = row.response === null ? undefined : (JSON.parse(String(row.response)) as KeptResponse);
    return { fingerprint: String(row.fingerprint), response };
  }

  async renew(keyHash: string, token: string, lease: number): Promise<void> {
    await this.#sql.run(
      `update idempotency_keys set until_ms = ${this.#dialect.now} + $lease::bigint
       where key_hash = $key and token = $token and response is null`,
      { key: keyHash, token, lease },
    );
  }

  async complete(keyHash: string, token: string, response: KeptResponse, milliseconds: number): Promise<void> {
    await this.#sql.run(
      `update idempotency_keys set response = $response, until_ms = ${this.#dialect.now} + $keep::bigint
       where key_hash = $key and token = $token`,
      { key: keyHash, token, response: JSON.stringify(response), keep: milliseconds },
    );
  }

  async release(keyHash: string, token: string): Promise<void> {
    await this.#sql.run('delete from idempotency_keys where key_hash = $key and token = $token and response is null', {
      key: keyHash,
      token,
    });
  }

  async prune(): Promise<void> {
    await this.#sql.run(`delete from idempotency_keys where until_ms < ${this.#dialect.now}`);
  }
}
