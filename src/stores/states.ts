import type { StoreEntry } from './directory.ts';

/** The states of a store in the order in which people look for them. */
export const STATES = ['offline', 'unknown', 'online', 'closed'] as const;

/**
 * - `offline`: it is open, and its last poll found it inactive
 * - `unknown`: it is open, and was not polled of late
 * - `online`: it is open, and its last poll found it active
 * - `closed`: it is not supposed to be open
 */
export type State = (typeof STATES)[number];

export interface StoreState {
  readonly state: State;
  readonly lastPoll: LastPoll | undefined;
}

export interface LastPoll {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly instant: number;
  readonly active: boolean;
}

/** How all stores are at one instant. */
export interface States {
  readonly asOf: number;
  of(store: StoreEntry): StoreState;
}

export interface StateSource {
  /** @param asOf the instant to look at, milliseconds; `undefined`: now */
  states(asOf: number | undefined): Promise<States>;
}

/** Where nobody watches the stores, nothing is known of them. */
export class NobodyWatches implements StateSource {
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async states(asOf = this.#now()): Promise<States> {
    return { asOf, of: () => ({ state: 'unknown', lastPoll: undefined }) };
  }
}
