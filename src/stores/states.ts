import type { State } from '../domain/state.ts';

export { STATES, type State } from '../domain/state.ts';

import type { StoreEntry } from './directory.ts';

export interface StoreState {
  readonly state: State;
  readonly lastPoll: LastPoll | undefined;
  /** The first poll ever, milliseconds; `undefined`: it never was polled up to then. */
  readonly firstPoll: number | undefined;
}

export interface LastPoll {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly instant: number;
  readonly active: boolean;
  /** Why it is inactive, in the form of `reasonText`; `undefined`: it is active, or the reason is not known. */
  readonly reason?: string | undefined;
}

/** How all stores are at one instant. */
export interface States {
  readonly asOf: number;
  of(store: StoreEntry): StoreState;
}

/** An instant that somebody asks about. */
export interface AskedInstant {
  /** Milliseconds. */
  readonly asOf: number;
  /** Requesters take turns. `undefined`: anonymous. */
  readonly requester: string | undefined;
}

export interface StateSource {
  /** @param asked the instant to look at; `undefined`: now */
  states(asked: AskedInstant | undefined): Promise<States>;
  /** The instant of the latest poll of these stores. @throws UserError `conflict` when there is none */
  latestPoll(stores: 'all' | ReadonlySet<string>): Promise<number>;
}
