import type { CurrentOutage } from './state.ts';

/** A store that somebody should look at. */
export interface BadStore<Store> {
  readonly store: Store;
  /** A position in `STATES`. */
  readonly state: number;
  /** For one that is offline. */
  readonly outage: CurrentOutage | undefined;
  /** Downtime in the last day, milliseconds. */
  readonly downDay: number;
}

/** The worst of many stores: first those that are offline, by the open time lost; then by the downtime of a day. */
export class WorstStores<Store> {
  readonly #limit: number;
  readonly #stores: BadStore<Store>[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The very worst first; no more than the limit. */
  get stores(): readonly BadStore<Store>[] {
    return this.#stores;
  }

  /** Looks at one more store; of equally bad ones the earlier stays ahead. */
  add(store: Store, state: number, outage: CurrentOutage | undefined, downDay: number): void {
    if (outage === undefined && downDay === 0) return;
    let at = this.#stores.length;
    while (at > 0 && isWorse(outage, downDay, this.#stores[at - 1] as BadStore<Store>)) at--;
    if (at === this.#limit) return;
    this.#stores.splice(at, 0, { store, state, outage, downDay });
    if (this.#stores.length > this.#limit) this.#stores.pop();
  }
}

function isWorse(outage: CurrentOutage | undefined, downDay: number, than: BadStore<unknown>): boolean {
  if (outage !== undefined && than.outage !== undefined) return outage.lost > than.outage.lost;
  if (outage !== undefined || than.outage !== undefined) return outage !== undefined;
  return downDay > than.downDay;
}
