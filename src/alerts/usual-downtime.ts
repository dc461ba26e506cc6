import { LRUCache } from 'lru-cache';
import { DAY, HOUR } from '../domain/hours.ts';
import type { AlertReader } from '../storage/ports/alerts.ts';
import type { StoreEntry } from '../stores/directory.ts';

/** The share of the time of these stores, 0 to 1, in which they are usually down; remembered for each list. */
export type UsualShare = (stores: readonly StoreEntry[]) => number;

/** What is usual is taken from this long before the last hours, which may be part of an outage; milliseconds. */
const PERIOD = 7 * DAY;
const MARGIN = 6 * HOUR;

/** Milliseconds for which it is cached, and the most rules. */
const FRESH = HOUR;
const RULES = 100;

/** How much the stores of a rule are usually down, by its incidents of the last week. */
export class UsualDowntime {
  readonly #alerts: Pick<AlertReader, 'downtime'>;
  readonly #elapsed: () => number;
  readonly #shares = new LRUCache<string, { readonly share: UsualShare; readonly readAt: number }>({ max: RULES });

  /** @param elapsed the monotonic clock, milliseconds */
  constructor(alerts: Pick<AlertReader, 'downtime'>, elapsed: () => number) {
    this.#alerts = alerts;
    this.#elapsed = elapsed;
  }

  /** @param now milliseconds */
  async of(ruleId: string, now: number): Promise<UsualShare> {
    const known = this.#shares.get(ruleId);
    if (known !== undefined && this.#elapsed() - known.readAt < FRESH) return known.share;
    const down = new Map<string, number>();
    const rows = await this.#alerts.downtime(ruleId, now - MARGIN - PERIOD, now - MARGIN);
    for (const { storeId, milliseconds } of rows) down.set(storeId, milliseconds);
    const shares = new WeakMap<readonly StoreEntry[], number>();
    const share: UsualShare = (stores) => {
      const found = shares.get(stores) ?? shareOf(stores, down);
      shares.set(stores, found);
      return found;
    };
    this.#shares.set(ruleId, { share, readAt: this.#elapsed() });
    return share;
  }
}

/** @param down milliseconds by store */
function shareOf(stores: readonly StoreEntry[], down: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const { id } of stores) sum += down.get(id) ?? 0;
  return stores.length === 0 ? 0 : Math.min(1, sum / (stores.length * PERIOD));
}
