import { UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';

/** What a transaction has changed so far. */
export class Changes {
  readonly #maxStores: number;
  #any = false;
  #stores = false;
  #newStores = false;

  /** @param maxStores how many stores there may be, deleted ones included */
  constructor(maxStores: number) {
    this.#maxStores = maxStores;
  }

  /** Polls have changed. */
  polls(): void {
    this.#any = true;
  }

  /** Stores, their hours, special hours or zones have changed. */
  stores(): void {
    this.#any = true;
    this.#stores = true;
  }

  /** Stores that were never there before have become known. */
  newStores(): void {
    this.stores();
    this.#newStores = true;
  }

  /**
   * Counts the transaction in the revision, if it changed anything. To be called once, before the commit.
   *
   * @throws UserError `conflict` when it has made known more stores than there may be
   */
  async count(sql: Sql): Promise<void> {
    if (!this.#any) return;
    if (this.#newStores) {
      // A store keeps its key for ever, and keys are given out one after the other.
      const { stores } = await sql.row('select max(store_key) as stores from stores');
      if (Number(stores) > this.#maxStores) {
        throw new UserError('conflict', `there would be ${stores} stores; MAX_STORES allows ${this.#maxStores}`);
      }
    }
    await sql.run(`update revision set number = number + 1${this.#stores ? ', stores = stores + 1' : ''}`);
  }
}
