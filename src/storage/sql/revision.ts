import { UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';

/** Records what a transaction has changed. */
export class Changes {
  readonly #maxStores: number;
  #any = false;
  #stores = false;
  #newStores = false;

  /** @param maxStores the maximum number of stores, including deleted ones */
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

  /** New stores were added. */
  newStores(): void {
    this.stores();
    this.#newStores = true;
  }

  /**
   * Raises the revisions if the transaction changed anything. Call it once, before the commit.
   *
   * @throws UserError `conflict` when the transaction exceeds the maximum number of stores
   */
  async count(sql: Sql): Promise<void> {
    if (!this.#any) return;
    if (this.#newStores) {
      // Keys are assigned in order and never reused, so the largest is the number of stores.
      const { stores } = await sql.row('select max(store_key) as stores from stores');
      if (Number(stores) > this.#maxStores) {
        throw new UserError('conflict', `there would be ${stores} stores; MAX_STORES allows ${this.#maxStores}`);
      }
    }
    await sql.run(`update revision set number = number + 1${this.#stores ? ', stores = stores + 1' : ''}`);
  }
}
