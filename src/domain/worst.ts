import type { CurrentOutage } from './state.ts';

/** A store that needs attention. */
export interface BadStore<Store> {
  readonly store: Store;
  /** A position in `STATES`. */
  readonly state: number;
  /** The current outage of an offline store. */
  readonly outage: CurrentOutage | undefined;
  /** Downtime in the last day, milliseconds. */
  readonly downDay: number;
}

/** The worst of many stores: first the offline ones by lost open time, then the others by their downtime in a day. */
export class WorstStores<Store> {
  readonly #limit: number;
  readonly #stores: BadStore<Store>[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Worst first, up to the limit. */
  get stores(): readonly BadStore<Store>[] {
    return this.#stores;
  }

  /** Considers a store; of equally bad ones the earlier comes first. */
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
