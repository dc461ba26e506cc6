import { siteOf } from './evidence.ts';
import { type ProbeRule, probeUrl } from './probe-rule.ts';
import { offsetOf, slotAt } from './slots.ts';

/** A store as the poller is told of it. */
export interface ProbeTarget {
  readonly id: string;
  /** Its own URL; without one, that of the fleet is probed. */
  readonly url: string | undefined;
}

/** A store that is polled. */
export interface Watched {
  readonly id: string;
  url: string | undefined;
  host: string;
  site: string;
  readonly offset: number;
  /** The last slot that it was polled in, or is being polled in. */
  slot: number;
  /** It is known to fail, or to have failed in trouble: that it fails again is no evidence of anything new. */
  failing: boolean;
  /** What its last poll said. */
  down: boolean;
  /** `false`: it was removed, or belongs to another server now. */
  mine: boolean;
}

/** So many stores are looked at for witnesses. */
const WITNESS_SEARCH = 500;

/** The stores that this server polls, in the order in which they are due within each interval. */
export class Roster {
  readonly #interval: number;
  readonly #rule: ProbeRule;
  #byId = new Map<string, Watched>();
  #inOrder: readonly Watched[] = [];
  #sites = 0;
  #nextWitness = 0;

  constructor(interval: number, rule: ProbeRule) {
    this.#interval = interval;
    this.#rule = rule;
  }

  get size(): number {
    return this.#inOrder.length;
  }

  /** All stores that have a URL, also those of other servers. */
  get known(): number {
    return this.#byId.size;
  }

  /** How many sites there are that may have nothing to do with one another. */
  get sites(): number {
    return this.#sites;
  }

  find(id: string): Watched | undefined {
    return this.#byId.get(id);
  }

  /**
   * Takes over the list of all stores; what is known of those that stay is kept. Returns those that became this
   * server's.
   *
   * @param owns whether a store is this server's
   */
  replace(targets: Iterable<ProbeTarget>, owns: (id: string) => boolean): Watched[] {
    const before = this.#byId;
    const acquired: Watched[] = [];
    this.#byId = new Map();
    for (const target of targets) {
      const url = probeUrl(this.#rule, target.id, target.url);
      if (url === undefined) continue;
      const store = before.get(target.id) ?? this.#unseen(target.id);
      before.delete(target.id);
      store.url = target.url;
      store.host = url.host;
      store.site = siteOf(url.hostname);
      const mine = owns(target.id);
      if (mine && !store.mine) acquired.push(store);
      store.mine = mine;
      this.#byId.set(target.id, store);
    }
    for (const gone of before.values()) gone.mine = false;
    this.#inOrder = [...this.#byId.values()].filter(({ mine }) => mine).sort((a, b) => a.offset - b.offset);
    this.#sites = new Set(this.#inOrder.map(({ site }) => site)).size;
    return acquired;
  }

  /** The stores whose slot begins in `(from, to]`, `to − from` being at most an interval; in the order of time. */
  *dueWithin(from: number, to: number): Generator<Watched> {
    const stores = this.#inOrder;
    const begin = this.#placeAfter(from);
    for (let i = 0; i < stores.length; i++) {
      const store = stores[(begin + i) % stores.length];
      if (
        store === undefined ||
        slotAt(to, store.offset, this.#interval) === slotAt(from, store.offset, this.#interval)
      ) {
        return;
      }
      yield store;
    }
  }

  /** Some stores that were reached when they were last polled, of as many sites, and of others the next time. */
  witnesses(count: number, except: string | undefined): Watched[] {
    const found = new Map<string, Watched>();
    for (let i = 0; i < Math.min(this.#inOrder.length, WITNESS_SEARCH) && found.size < count; i++) {
      this.#nextWitness = (this.#nextWitness + 1) % this.#inOrder.length;
      const store = this.#inOrder[this.#nextWitness];
      if (store !== undefined && !store.down && store.site !== except) found.set(store.site, store);
    }
    return [...found.values()];
  }

  /** The stores that have not been polled in the slot that `now` lies in. */
  overdue(now: number): Watched[] {
    return this.#inOrder.filter((store) => store.slot < slotAt(now, store.offset, this.#interval));
  }

  #unseen(id: string): Watched {
    return {
      ...{ id, url: undefined, host: '', site: '', offset: offsetOf(id, this.#interval) },
      ...{ slot: Number.NEGATIVE_INFINITY, failing: false, down: false, mine: false },
    };
  }

  /** Where the first store stands whose offset is greater than the place of `instant` in its interval. */
  #placeAfter(instant: number): number {
    const place = ((instant % this.#interval) + this.#interval) % this.#interval;
    let [low, high] = [0, this.#inOrder.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#inOrder[middle]?.offset ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
