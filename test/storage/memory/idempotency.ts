import type { IdempotencyKeys, KeptResponse, KeyedRequest, KeyHolder } from '../../../src/storage/ports/idempotency.ts';
import type { HeldKey } from './data.ts';
import type { MemoryDatabase } from './transaction.ts';

/** The idempotency keys of requests. */
export class MemoryIdempotencyKeys implements IdempotencyKeys {
  readonly #database: MemoryDatabase;
  readonly #now: () => number;

  /** @param now the clock of the database */
  constructor(database: MemoryDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async take({ keyHash, fingerprint }: KeyedRequest, token: string, lease: number): Promise<KeyHolder | undefined> {
    const now = this.#now();
    return this.#database.change((transaction) => {
      const held = transaction.get('idempotency_keys', keyHash);
      if (held !== undefined && held.until >= now) return { fingerprint: held.fingerprint, response: held.response };
      transaction.set('idempotency_keys', keyHash, { fingerprint, token, until: now + lease, response: undefined });
      return undefined;
    });
  }

  async renew(keyHash: string, token: string, lease: number): Promise<void> {
    const until = this.#now() + lease;
    this.#update(keyHash, token, (held) => (held.response === undefined ? { ...held, until } : held));
  }

  async complete(keyHash: string, token: string, response: KeptResponse, milliseconds: number): Promise<void> {
    const until = this.#now() + milliseconds;
    this.#update(keyHash, token, (held) => ({ ...held, until, response }));
  }

  async release(keyHash: string, token: string): Promise<void> {
    this.#update(keyHash, token, (held) => (held.response === undefined ? undefined : held));
  }

  async prune(): Promise<void> {
    const now = this.#now();
    this.#database.change((transaction) => transaction.deleteWhere('idempotency_keys', ({ until }) => until < now));
  }

  /** @param change returns `undefined` to delete the key */
  #update(keyHash: string, token: string, change: (held: HeldKey) => HeldKey | undefined): void {
    this.#database.change((transaction) => {
      const held = transaction.get('idempotency_keys', keyHash);
      if (held === undefined || held.token !== token) return;
      const changed = change(held);
      if (changed === undefined) transaction.delete('idempotency_keys', keyHash);
      else transaction.set('idempotency_keys', keyHash, changed);
    });
  }
}
