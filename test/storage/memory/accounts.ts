import type { AccountCatalog, AccountChanges } from '../../../src/storage/ports/account-catalog.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { MemoryAccountChanges } from './account-changes.ts';
import { MemoryAccountReader } from './account-reader.ts';
import { ONLY, only } from './data.ts';
import type { MemoryDatabase } from './transaction.ts';

/** The accounts. */
export class MemoryAccountCatalog extends MemoryAccountReader implements AccountCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing(async (transaction) => {
        const result = await work(new MemoryAccountChanges(transaction));
        transaction.set('account_revision', ONLY, only(transaction, 'account_revision') + 1);
        return result;
      }),
    );
  }

  async touchSession(tokenHash: string, lastSeenAt: number, expiresAt: number): Promise<void> {
    this.#database.change((transaction) => {
      const row = transaction.get('sessions', tokenHash);
      if (row === undefined || row.last_seen_ms >= lastSeenAt) return;
      transaction.set('sessions', tokenHash, { ...row, last_seen_ms: lastSeenAt, expires_ms: expiresAt });
    });
  }

  async touchKey(id: string, lastUsedAt: number): Promise<void> {
    this.#database.change((transaction) => {
      const row = transaction.get('api_keys', id);
      if (row === undefined || (row.last_used_ms ?? Number.NEGATIVE_INFINITY) >= lastUsedAt) return;
      transaction.set('api_keys', id, { ...row, last_used_ms: lastUsedAt });
    });
  }
}
