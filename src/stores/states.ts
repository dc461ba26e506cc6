import type { State } from '../domain/state.ts';

export { STATES, type State } from '../domain/state.ts';

import type { StoreEntry } from './directory.ts';

export interface StoreState {
  readonly state: State;
  readonly lastPoll: LastPoll | undefined;
  /** The first poll, milliseconds; `undefined`: none up to that instant. */
  readonly firstPoll: number | undefined;
}

export interface LastPoll {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly instant: number;
  readonly active: boolean;
  /** Why it is inactive, in the form of `reasonText`; `undefined`: it is active, or the reason is unknown. */
  readonly reason?: string | undefined;
}

/** The states of all stores at one instant. */
export interface States {
  readonly asOf: number;
  of(store: StoreEntry): StoreState;
}

/** An instant in a request. */
export interface AskedInstant {
  /** Milliseconds. */
  readonly asOf: number;
  /** Requesters take turns. `undefined`: anonymous. */
  readonly requester: string | undefined;
}

export interface StateSource {
  /** @param asked the instant; `undefined`: now */
  states(asked: AskedInstant | undefined): Promise<States>;
  /** The instant of the latest poll of these stores. @throws UserError `conflict` if there is none */
  latestPoll(stores: 'all' | ReadonlySet<string>): Promise<number>;
}
