import { yieldTurn } from '../../lib/world/timers.ts';
import { type ProbeRule, probeUrl } from './probe-rule.ts';
import { siteOf } from './site.ts';
import { Target, type TargetLocation } from './target.ts';

/** A store and its own probe URL; `undefined`: it is probed at the fleet's URL. */
export interface StoreUrl {
  readonly id: string;
  readonly probeUrl: string | undefined;
}

/** How many targets are examined in search of reference targets. */
const REFERENCE_SEARCH = 500;
/** How many stores are processed before other work gets a chance to run: about 15 ms. */
const BLOCK = 10_000;
/** More than any fleet has. */
const MAX_TARGETS = 2 ** 25;

/** The targets of this server, in the order in which they are due within each interval. */
export class TargetSchedule {
  readonly #interval: number;
  readonly #rule: ProbeRule;
  #byId = new Map<string, Target>();
  #inOrder: readonly Target[] = [];
  #sites = 0;
  #nextReference = 0;

  /** @param interval milliseconds between two polls of a store */
  constructor(interval: number, rule: ProbeRule) {
    this.#interval = interval;
    this.#rule = rule;
  }

  /** How many targets are assigned to this server. */
  get size(): number {
    return this.#inOrder.length;
  }

  /** How many stores have a URL to probe, including those assigned to peers. */
  get known(): number {
    return this.#byId.size;
  }

  /** How many sites the targets of this server are on. */
  get sites(): number {
    return this.#sites;
  }

  find(id: string): Target | undefined {
    return this.#byId.get(id);
  }

  /**
   * Takes over the list of all stores, and keeps the state of those it knows. Resolves with the targets that are newly
   * assigned to this server. Do not call it again before that.
   *
   * @param isOwn whether a store is assigned to this server
   */
  async update(stores: Iterable<StoreUrl>, isOwn: (id: string) => boolean): Promise<Target[]> {
    const before = this.#byId;
    const after = new Map<string, Target>();
    const acquired: Target[] = [];
    const own: Target[] = [];
    const locations = new Map<string, TargetLocation>();
    let seen = 0;
    for (const store of stores) {
      if (++seen % BLOCK === 0) await yieldTurn();
      const target = this.#targetFor(store, before.get(store.id), locations);
      if (target === undefined) continue;
      after.set(store.id, target);
      if (isOwn(store.id)) {
        if (!target.isAssigned) acquired.push(target);
        target.assign();
        own.push(target);
      } else target.unassign();
    }
    for (const [id, target] of before) if (!after.has(id)) target.unassign();
    this.#byId = after;
    this.#inOrder = byOffset(own);
    this.#sites = new Set(own.map(({ site }) => site)).size;
    return acquired;
  }

  /** The targets whose slot begins in `(from, to]`, in that order. `to − from` must be at most one interval. */
  *dueWithin(from: number, to: number): Generator<Target> {
    const targets = this.#inOrder;
    const begin = this.#indexAfter(from);
    for (let i = 0; i < targets.length; i++) {
      const target = targets[(begin + i) % targets.length];
      if (target === undefined || target.slotAt(to) === target.slotAt(from)) return;
      yield target;
    }
  }

  /** Targets for reference probes: each was up when last polled, each is on another site. Later calls return others. */
  references(count: number, exceptSite: string | undefined): Target[] {
    const found = new Map<string, Target>();
    for (let i = 0; i < Math.min(this.#inOrder.length, REFERENCE_SEARCH) && found.size < count; i++) {
      this.#nextReference = (this.#nextReference + 1) % this.#inOrder.length;
      const target = this.#inOrder[this.#nextReference];
      if (target !== undefined && !target.isDown && target.site !== exceptSite) found.set(target.site, target);
    }
    return [...found.values()];
  }

  /** To be called when the wall clock was set. */
  clockWasSet(now: number): void {
    for (const target of this.#byId.values()) target.clockWasSet(now);
  }

  overdue(now: number): Target[] {
    return this.#inOrder.filter((target) => target.isOverdue(now));
  }

  /** `undefined`: there is no URL to probe. */
  #targetFor(
    { id, probeUrl: own }: StoreUrl,
    known: Target | undefined,
    locations: Map<string, TargetLocation>,
  ): Target | undefined {
    if (known !== undefined && known.url === own) return known;
    const url = probeUrl(this.#rule, id, own);
    if (url === undefined) return undefined;
    const location = locations.get(url.host) ?? { host: url.host, site: siteOf(url.hostname) };
    locations.set(location.host, location);
    if (known === undefined) return new Target(id, this.#interval, own, location);
    known.moveTo(own, location);
    return known;
  }

  /** The index of the first target whose offset is greater than that of `instant` in its interval. */
  #indexAfter(instant: number): number {
    const offset = ((instant % this.#interval) + this.#interval) % this.#interval;
    let [low, high] = [0, this.#inOrder.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#inOrder[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Sorted as numbers, which is many times faster than sorting objects: a million must not block the event loop long. */
function byOffset(targets: readonly Target[]): Target[] {
  const keys = Float64Array.from(targets, ({ offset }, i) => offset * MAX_TARGETS + i).sort();
  const sorted: Target[] = [];
  for (const key of keys) {
    const target = targets[key % MAX_TARGETS];
    if (target !== undefined) sorted.push(target);
  }
  return sorted;
}
