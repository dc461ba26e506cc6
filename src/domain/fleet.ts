import { Buckets } from './buckets.ts';
import { HOUR } from './hours.ts';
import { EMPTY, type Intervals, intersect, totalWithin } from './interval.ts';
import { nearest, newEstimate } from './nearest.ts';
import type { PollColumns } from './polls.ts';
import { currentOutage, lastCounting, OFFLINE, stateAt } from './state.ts';
import { type StatePath, upStretches } from './state-path.ts';
import { reachOf } from './uptime.ts';
import { POLL_REACH, WINDOWS } from './window.ts';
import { type BadStore, WorstStores } from './worst.ts';

/** The hours of the longest window. */
export const FLEET_HOURS = WINDOWS[2] / HOUR;

/** How far back polls are needed: the week before the last one needs those of the eight days before its end. */
export const FLEET_REACH = WINDOWS[2] + POLL_REACH;

/** Sums over many stores in milliseconds, for each of `WINDOWS`. */
export interface WindowSums {
  readonly up: Float64Array;
  readonly down: Float64Array;
  readonly open: Float64Array;
}

/** Sums over many stores in milliseconds, for each of the `FLEET_HOURS` before `asOf`, oldest first. */
export interface HourlySums {
  readonly open: Float64Array;
  readonly up: Float64Array;
  readonly unknown: Float64Array;
  /** The number of polls in `(from, to]`, whether they count or not. */
  readonly polls: Float64Array;
}

/** The data of one store. */
interface StoreData {
  readonly open: Intervals;
  readonly polls: PollColumns;
  readonly first: number;
  readonly last: number;
  /** When its hours or its zone are unknown. */
  readonly unknown: Intervals;
}

/** Sums a fleet at the instant `asOf`, store by store, and keeps its worst stores. */
export class FleetTally<Store> {
  readonly asOf: number;
  readonly #staleAfter: number;
  readonly #estimate = newEstimate();
  readonly #hours: { readonly open: Buckets; readonly up: Buckets; readonly unknown: Buckets };
  readonly #polls = new Float64Array(FLEET_HOURS);
  readonly #worst: WorstStores<Store>;
  /** The sums of a report for `asOf`. */
  readonly last = newSums();
  /** For each window, the sums of a report that is one such window older. */
  readonly before = newSums();
  /** The latest poll up to `asOf`, whether it counts or not. */
  latestPoll: number | undefined;

  /**
   * @param staleAfter the staleness in milliseconds from which a poll says nothing about the state at `asOf`
   * @param worst the number of worst stores to keep
   */
  constructor(asOf: number, staleAfter: number, worst: number) {
    this.asOf = asOf;
    this.#staleAfter = staleAfter;
    this.#worst = new WorstStores(worst);
    const buckets = () => new Buckets(asOf - FLEET_HOURS * HOUR, HOUR, FLEET_HOURS);
    this.#hours = { open: buckets(), up: buckets(), unknown: buckets() };
  }

  /** The sums by hour so far. */
  hourly(): HourlySums {
    const { open, up, unknown } = this.#hours;
    return { open: open.sums(), up: up.sums(), unknown: unknown.sums(), polls: this.#polls };
  }

  /** The worst stores so far, worst first. */
  get worst(): readonly BadStore<Store>[] {
    return this.#worst.stores;
  }

  /**
   * Adds a store.
   *
   * @param store its name in `worst`
   * @param open its open intervals, complete over `FLEET_REACH` before `asOf`
   * @param polls arranged polls of which `[first, last)` are this store's
   * @param firstPoll the instant of its first poll ever; NaN: before all others
   * @param unknown when its hours or its zone are unknown
   */
  add(
    store: Store,
    open: Intervals,
    polls: PollColumns,
    first: number,
    last: number,
    firstPoll = Number.NaN,
    unknown: Intervals = EMPTY,
  ): void {
    const { asOf } = this;
    const data = { open, polls, first, last, unknown };
    for (let w = 0; w < WINDOWS.length; w++) this.#sum(data, asOf - (WINDOWS[w] as number), w, w + 1, this.before);
    this.#sum(data, asOf, 0, WINDOWS.length, this.last);
    const { path, up } = this.#estimate;
    this.#addHours(data, path);
    this.#countPolls(data);
    const poll = lastCounting(open, polls, first, last, asOf, this.#staleAfter);
    const state = stateAt(open, asOf, polls.active[poll], unknown);
    const outage = state === OFFLINE ? currentOutage(open, path, asOf, firstPoll, unknown) : undefined;
    const openDay = totalWithin(open, asOf - WINDOWS[1], asOf);
    const downDay = path.counted > 0 ? openDay - (up[1] as number) : 0;
    this.#worst.add(store, state, outage, downDay - downtimeBeforeFirstPoll(open, path, asOf - WINDOWS[1], firstPoll));
  }

  /** Adds the windows `[from, to)` that end at `at` to `sums`; the estimate stays in `#estimate`. */
  #sum({ open, polls, first, last, unknown }: StoreData, at: number, from: number, to: number, sums: WindowSums): void {
    const reach = reachOf(polls, first, last, at);
    const estimate = this.#estimate;
    nearest(open, polls, reach.first, reach.last, at, estimate);
    for (let w = from; w < to; w++) {
      const start = at - (WINDOWS[w] as number);
      const time = totalWithin(open, start, at);
      const up = estimate.up[w] as number;
      sums.open[w] = (sums.open[w] as number) + time + totalWithin(unknown, start, at);
      sums.up[w] = (sums.up[w] as number) + up;
      if (estimate.counted > 0) sums.down[w] = (sums.down[w] as number) + time - up;
    }
  }

  #addHours({ open, unknown }: StoreData, path: StatePath): void {
    const { open: openHours, up: upHours, unknown: unknownHours } = this.#hours;
    for (let i = 0; i < open.length; i += 2) {
      openHours.add(open[i] as number, open[i + 1] as number);
      if (path.counted === 0) unknownHours.add(open[i] as number, open[i + 1] as number);
    }
    for (let i = 0; i < unknown.length; i += 2) {
      openHours.add(unknown[i] as number, unknown[i + 1] as number);
      unknownHours.add(unknown[i] as number, unknown[i + 1] as number);
    }
    const up = intersect(open, upStretches(path));
    for (let i = 0; i < up.length; i += 2) upHours.add(up[i] as number, up[i + 1] as number);
  }

  #countPolls({ polls, first, last }: StoreData): void {
    const from = this.asOf - FLEET_HOURS * HOUR;
    for (let i = last - 1; i >= first; i--) {
      const at = polls.instant[i] as number;
      if (at > this.asOf) continue;
      if (this.latestPoll === undefined || at > this.latestPoll) this.latestPoll = at;
      if (at <= from) break;
      const hour = Math.ceil((at - from) / HOUR) - 1;
      this.#polls[hour] = (this.#polls[hour] as number) + 1;
    }
  }
}

/** The downtime by the rule `nearest` from `from` to the first poll ever. */
function downtimeBeforeFirstPoll(open: Intervals, path: StatePath, from: number, firstPoll: number): number {
  // Before its first poll a store is up or down throughout.
  const isDown = path.counted > 0 && !(path.length > 0 && path.up[0] === Number.NEGATIVE_INFINITY);
  return isDown && from < firstPoll ? totalWithin(open, from, firstPoll) : 0;
}

function newSums(): WindowSums {
  const column = () => new Float64Array(WINDOWS.length);
  return { up: column(), down: column(), open: column() };
}
