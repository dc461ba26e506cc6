import type { State } from '../domain/state.ts';
import type { Check } from '../domain/worst.ts';

export { STATES, type State } from '../domain/state.ts';

import type { StoreEntry } from './directory.ts';

export interface StoreState {
  readonly state: State;
  readonly lastPoll: LastPoll | undefined;
  /** The first poll, milliseconds; `undefined`: none up to that instant. */
  readonly firstPoll: number | undefined;
  /** When its present planned downtime ends, milliseconds; `undefined`: none is planned for that instant. */
  readonly plannedUntil?: number | undefined;
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

/** What takes longer to find out than the states of the stores at one instant. */
export interface Outages {
  /** Since when a store is offline; `undefined`: it is not, or its outage is not calculated yet. */
  since(store: StoreEntry): OfflineSince | undefined;
  /** The last counting poll of the last eight days of a store whose polls are all stale; `undefined`: there is none. */
  staleCheck(store: StoreEntry): Check | undefined;
}

export interface OfflineSince {
  /** Milliseconds. */
  readonly since: number;
  /** The first poll ever of the store found it down, so the outage may have begun earlier. */
  readonly sinceFirstPoll: boolean;
  /** It began before `since`: no poll of the eight days before found the store up. */
  readonly beganEarlier: boolean;
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
  /** Those of these stores, which may be a few minutes older than the states. */
  outages(stores: 'all' | ReadonlySet<string>, asked: AskedInstant | undefined): Promise<Outages>;
  /** The instant of the latest poll of these stores. @throws UserError `conflict` if there is none */
  latestPoll(stores: 'all' | ReadonlySet<string>): Promise<number>;
}
