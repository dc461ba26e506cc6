import { UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import { lowerLatestPoll, type PollScan } from './latest-poll.ts';

/** Records what a transaction has changed. */
export class Changes {
  readonly #maxStores: number;
  readonly #scan: PollScan;
  #any = false;
  #stores = false;
  #newStores = false;
  #sales = false;
  /** The latest of the polls that were stored, and of those that were deleted, milliseconds. */
  #stored = Number.NEGATIVE_INFINITY;
  #deleted = Number.NEGATIVE_INFINITY;

  /** @param maxStores the maximum number of stores, including deleted ones */
  constructor(maxStores: number, scan: PollScan) {
    this.#maxStores = maxStores;
    this.#scan = scan;
  }

  /** Polls have changed. @param latest the instant of the latest of those that were written, milliseconds */
  polls(latest: number): void {
    this.#any = true;
    this.#stored = Math.max(this.#stored, latest);
  }

  /** Polls were deleted. @param latest the instant of the latest of them, milliseconds */
  pollsDeleted(latest: number): void {
    this.#any = true;
    this.#deleted = Math.max(this.#deleted, latest);
  }

  /** Stores, their hours, special hours or zones have changed. */
  stores(): void {
    this.#any = true;
    this.#stores = true;
  }

  /** Sales have changed. */
  sales(): void {
    this.#any = true;
    this.#sales = true;
  }

  /** New stores were added. */
  newStores(): void {
    this.stores();
    this.#newStores = true;
  }

  /**
   * Raises the revisions if the transaction changed anything, and keeps the instant of the newest poll with them. Call
   * it once, before the commit.
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
    const raised = ['number = number + 1'];
    if (this.#stores) raised.push('stores = stores + 1');
    if (this.#sales) raised.push('sales = sales + 1');
    // `greatest` ignores null.
    if (this.#stored > Number.NEGATIVE_INFINITY) {
      raised.push(`latest_poll_ms = greatest(latest_poll_ms, ${this.#stored})`);
    }
    await sql.run(`update revision set ${raised.join(', ')}`);
    if (this.#deleted > Number.NEGATIVE_INFINITY) await lowerLatestPoll(sql, this.#scan, this.#deleted);
  }
}
