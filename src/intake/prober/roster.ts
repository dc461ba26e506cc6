import { setImmediate } from 'node:timers/promises';
import { siteOf } from './evidence.ts';
import { type ProbeRule, probeUrl } from './probe-rule.ts';
import { offsetOf, slotAt } from './slots.ts';

/** A store as the poller is told of it. */
export interface ProbeTarget {
  readonly id: string;
  /** Its own URL; without one, that of the fleet is probed. */
  readonly probeUrl: string | undefined;
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

/** A store that was not polled yet: a small integer, which a million stores hold in place. */
const NEVER = -1;
/** So many stores are looked at for witnesses. */
const WITNESS_SEARCH = 500;
/** So many stores are taken over at once, between which other work gets its turn: about 15 ms. */
const BLOCK = 10_000;
/** More stores than that there are not. */
const PLACES = 2 ** 25;

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
   * Takes over the list of all stores; what is known of those that stay is kept. Resolves with those that became this
   * server's. Call it again only then.
   *
   * @param owns whether a store is this server's
   */
  async replace(targets: Iterable<ProbeTarget>, owns: (id: string) => boolean): Promise<Watched[]> {
    const before = this.#byId;
    const after = new Map<string, Watched>();
    const acquired: Watched[] = [];
    const own: Watched[] = [];
    const places = new Map<string, Place>();
    let seen = 0;
    for (const { id, probeUrl } of targets) {
      if (++seen % BLOCK === 0) await setImmediate();
      const known = before.get(id);
      const store =
        known !== undefined && known.url === probeUrl
          ? known
          : this.#located(known ?? this.#unseen(id), probeUrl, places);
      if (store === undefined) continue;
      const mine = owns(id);
      if (mine && !store.mine) acquired.push(store);
      store.mine = mine;
      if (mine) own.push(store);
      after.set(id, store);
    }
    for (const [id, store] of before) if (!after.has(id)) store.mine = false;
    this.#byId = after;
    this.#inOrder = inOrderOf(own);
    this.#sites = new Set(own.map(({ site }) => site)).size;
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

  /** Spreads would give every store a shape of its own, which takes more memory than what it holds. */
  #unseen(id: string): Watched {
    return {
      id,
      url: undefined,
      host: '',
      site: '',
      offset: offsetOf(id, this.#interval),
      slot: NEVER,
      failing: false,
      down: false,
      mine: false,
    };
  }

  /** The store with its URL looked at; `undefined`: it has none. Stores on one host share its texts. */
  #located(store: Watched, own: string | undefined, places: Map<string, Place>): Watched | undefined {
    const url = probeUrl(this.#rule, store.id, own);
    if (url === undefined) return undefined;
    const place = places.get(url.host) ?? { host: url.host, site: siteOf(url.hostname) };
    places.set(place.host, place);
    store.url = own;
    store.host = place.host;
    store.site = place.site;
    return store;
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

interface Place {
  readonly host: string;
  readonly site: string;
}

/** By their offset. Numbers are sorted many times as fast as objects, and a million stores stop everything else. */
function inOrderOf(stores: readonly Watched[]): Watched[] {
  const keys = Float64Array.from(stores, ({ offset }, i) => offset * PLACES + i).sort();
  const sorted: Watched[] = [];
  for (const key of keys) {
    const store = stores[key % PLACES];
    if (store !== undefined) sorted.push(store);
  }
  return sorted;
}
