import type { Check } from '../domain/worst.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { OfflineSince, Outages } from '../stores/states.ts';
import type { FleetFigures } from './figures.ts';
import type { LiveStates } from './live.ts';

/** Since when the offline stores are offline, and what the unknown ones were when they were last checked. */
export class FleetOutages implements Outages {
  readonly #live: LiveStates;
  readonly #figures: Pick<FleetFigures, 'outages' | 'staleChecks'>;

  /** @param figures they may be older than the states */
  constructor(live: LiveStates, figures: Pick<FleetFigures, 'outages' | 'staleChecks'>) {
    this.#live = live;
    this.#figures = figures;
  }

  since(store: StoreEntry): OfflineSince | undefined {
    if (this.#live.of(store).state !== 'offline') return undefined;
    // A change that the last polls show is newer than the figures.
    const since = this.#live.wentDownAt(store);
    if (since !== undefined) return { since, sinceFirstPoll: false, beganEarlier: false };
    return this.#figures.outages.get(store.key);
  }

  staleCheck(store: StoreEntry): Check | undefined {
    return this.#live.of(store).lastPoll === undefined ? this.#figures.staleChecks.get(store.key) : undefined;
  }
}
