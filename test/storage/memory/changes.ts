import { UserError } from '../../../src/lib/errors.ts';
import { ONLY, only, type View } from './data.ts';
import type { Transaction } from './transaction.ts';

/** Records what a transaction has changed. */
export class Changes {
  readonly #maxStores: number;
  #any = false;
  #stores = false;
  #polls = false;
  #sales = false;

  /** @param maxStores the maximum number of stores, including deleted ones */
  constructor(maxStores: number) {
    this.#maxStores = maxStores;
  }

  /** Polls were added, replaced or deleted. */
  polls(): void {
    this.#any = true;
    this.#polls = true;
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

  /**
   * Raises the revisions if anything has changed. Call it once, before the commit.
   *
   * @throws UserError `conflict` when there are too many stores
   */
  count(transaction: Transaction): void {
    if (!this.#any) return;
    const stores = transaction.table('stores').size;
    if (this.#stores && stores > this.#maxStores) {
      throw new UserError('conflict', `there would be ${stores} stores; MAX_STORES allows ${this.#maxStores}`);
    }
    const before = only(transaction, 'revision');
    transaction.set('revision', ONLY, {
      number: before.number + 1,
      stores: before.stores + (this.#stores ? 1 : 0),
      sales: before.sales + (this.#sales ? 1 : 0),
      latestPoll: this.#polls ? newestPoll(transaction) : before.latestPoll,
    });
  }
}

/** The instant of the newest poll, up to `upTo` if that is given. */
export function newestPoll(view: View, upTo = Number.POSITIVE_INFINITY): number | undefined {
  let newest: number | undefined;
  for (const polls of view.table('polls').values()) {
    const instant = polls.findLast((poll) => poll.instant <= upTo)?.instant;
    if (instant !== undefined && (newest === undefined || instant > newest)) newest = instant;
  }
  return newest;
}
