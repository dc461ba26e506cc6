import type { CurrentOutage } from '../domain/state.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { OfflineSince, Outages } from '../stores/states.ts';
import type { LiveStates } from './live.ts';

/** Since when the offline stores are offline. */
export class FleetOutages implements Outages {
  readonly #live: LiveStates;
  readonly #outages: ReadonlyMap<number, CurrentOutage>;

  /** @param outages of the figures, by the keys of the stores; they may be older than the states */
  constructor(live: LiveStates, outages: ReadonlyMap<number, CurrentOutage>) {
    this.#live = live;
    this.#outages = outages;
  }

  since(store: StoreEntry): OfflineSince | undefined {
    if (this.#live.of(store).state !== 'offline') return undefined;
    // A change that the last polls show is newer than the figures.
    const since = this.#live.wentDownAt(store);
    if (since !== undefined) return { since, sinceFirstPoll: false, beganEarlier: false };
    return this.#outages.get(store.key);
  }
}
