import { DAY } from './hours.ts';
import { Ranking } from './ranking.ts';
import { CLOSED, type CurrentOutage, OFFLINE, UNKNOWN } from './state.ts';

/** A counting poll. */
export interface Check {
  readonly instant: number;
  readonly active: boolean;
}

/** A store that may need attention. */
export interface BadStore<Store> {
  readonly store: Store;
  /** A position in `STATES`. */
  readonly state: number;
  /** It is in planned downtime, so that it needs no attention. */
  readonly planned: boolean;
  /** The current outage of an offline store; of a closed or unknown one, its outage at the last check. */
  readonly outage: CurrentOutage | undefined;
  /** Downtime that was seen in the last day and was not planned, milliseconds. */
  readonly downDay: number;
  /** The same in the day before. */
  readonly downDayBefore: number;
  /** The last counting poll of the eight days. */
  readonly lastCheck: Check | undefined;
}

/** The worst of many stores: first the offline ones by lost open time, then the others by their downtime in a day. */
export class WorstStores<Store> {
  readonly #worst: Ranking<BadStore<Store>>;

  constructor(limit: number) {
    this.#worst = new Ranking<BadStore<Store>>(limit, isWorse);
  }

  /** Worst first, up to the limit. */
  get stores(): readonly BadStore<Store>[] {
    return this.#worst.items;
  }

  add(bad: BadStore<Store>): void {
    if (bad.planned) return;
    if (bad.state === OFFLINE || bad.downDay > 0) this.#worst.add(bad);
  }
}

function isWorse(a: BadStore<unknown>, b: BadStore<unknown>): boolean {
  const [lostA, lostB] = [lostOf(a), lostOf(b)];
  if (lostA !== undefined && lostB !== undefined) return lostA > lostB;
  if (lostA !== undefined || lostB !== undefined) return lostA !== undefined;
  return a.downDay > b.downDay;
}

/** `undefined`: the store is not known to be offline. */
function lostOf({ state, outage }: BadStore<unknown>): number | undefined {
  return state === OFFLINE ? outage?.lost : undefined;
}

/**
 * Why a store needs attention, most urgent first.
 *
 * - `new`: offline for less than a day
 * - `last_known`: unknown now, and offline at its last check
 * - `closed`: closed now, and offline at its last check, for less than a day
 * - `worsening`: more downtime in the last day than in the day before
 * - `recent`: downtime in the last day, but not more than in the day before
 */
export const CONCERNS = ['new', 'last_known', 'closed', 'worsening', 'recent'] as const;
export type Concern = (typeof CONCERNS)[number];

export interface StoreOfConcern<Store> extends BadStore<Store> {
  readonly concern: Concern;
}

/** Stores whose outage began a day ago or more. */
export interface LongOffline {
  readonly offline: number;
  /** Those that are closed now, and were offline at their last check. */
  readonly closed: number;
  /** Those that are unknown now, and were offline at their last check. */
  readonly lastKnown: number;
}

/** The stores that need attention: what is new or gets worse comes first, and long outages are only counted. */
export class AttentionList<Store> {
  readonly #asOf: number;
  readonly #listed: Ranking<StoreOfConcern<Store>>;
  #total = 0;
  #offline = 0;
  #closed = 0;
  #lastKnown = 0;

  constructor(asOf: number, limit: number) {
    this.#asOf = asOf;
    this.#listed = new Ranking<StoreOfConcern<Store>>(limit, isMoreUrgent);
  }

  /** Most urgent first, up to the limit. */
  get stores(): readonly StoreOfConcern<Store>[] {
    return this.#listed.items;
  }

  /** The number of stores of concern, also beyond the limit. */
  get total(): number {
    return this.#total;
  }

  get longOffline(): LongOffline {
    return { offline: this.#offline, closed: this.#closed, lastKnown: this.#lastKnown };
  }

  add(bad: BadStore<Store>): void {
    const { state, outage, planned } = bad;
    if (planned) return;
    if (outage !== undefined && this.#asOf - outage.since >= DAY) {
      if (state === OFFLINE) this.#offline++;
      else if (state === CLOSED) this.#closed++;
      else this.#lastKnown++;
      return;
    }
    const concern = concernOf(bad);
    if (concern === undefined) return;
    this.#total++;
    this.#listed.add({ ...bad, concern });
  }
}

function concernOf({ state, outage, downDay, downDayBefore }: BadStore<unknown>): Concern | undefined {
  if (state === OFFLINE) return 'new';
  if (state === CLOSED && outage !== undefined) return 'closed';
  if (state === UNKNOWN && outage !== undefined) return 'last_known';
  if (downDay === 0) return undefined;
  return downDay > downDayBefore ? 'worsening' : 'recent';
}

function isMoreUrgent(a: StoreOfConcern<unknown>, b: StoreOfConcern<unknown>): boolean {
  if (a.concern !== b.concern) return CONCERNS.indexOf(a.concern) < CONCERNS.indexOf(b.concern);
  switch (a.concern) {
    case 'new':
    case 'closed':
    case 'last_known':
      return (a.outage?.since ?? 0) > (b.outage?.since ?? 0);
    case 'worsening':
      return a.downDay - a.downDayBefore > b.downDay - b.downDayBefore;
    case 'recent':
      return a.downDay > b.downDay;
  }
}
