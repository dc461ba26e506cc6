import { Buckets } from './buckets.ts';
import { DAY, MINUTE } from './hours.ts';
import { contains, EMPTY, type Intervals, intersect, subtract, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { timeAroundPolls } from './seen.ts';
import { staleAfter } from './staleness.ts';
import { type CurrentOutage, currentOutage, lastCounting, stateAt } from './state.ts';
import { newStatePath, upStretches, walkStatePath } from './state-path.ts';
import { reachOf } from './uptime.ts';
import { POLL_REACH, WINDOWS } from './window.ts';
import { AttentionList, type BadStore, type Check, WorstStores } from './worst.ts';

/** The history of a fleet, before `asOf`. */
export const FLEET_HISTORY = WINDOWS[2];

/** The full hours of every zone's clock begin at full quarters of an hour, since about 1972. */
export const QUARTER = 15 * MINUTE;

/** How far back polls are needed: the week before the last one needs those of the eight days before its end. */
export const FLEET_REACH = WINDOWS[2] + POLL_REACH;

/** Sums over many stores in milliseconds, for each of `WINDOWS`. What is open and neither up nor down is unknown. */
export interface WindowSums {
  readonly up: Float64Array;
  readonly down: Float64Array;
  readonly open: Float64Array;
  /** The open time within one polling interval of a counting poll. */
  readonly covered: Float64Array;
}

/**
 * Sums over many stores in milliseconds, for each quarter of an hour (UTC) of `FLEET_HISTORY` before `asOf`, oldest
 * first. The first and the last quarter may reach beyond that; what lies outside is left out.
 */
export interface QuarterSums {
  /** The beginning of the first quarter. */
  readonly from: number;
  readonly open: Float64Array;
  readonly up: Float64Array;
  readonly unknown: Float64Array;
  readonly covered: Float64Array;
  /** The number of polls, whether they count or not. One at `asOf` is in the last quarter. */
  readonly polls: Float64Array;
}

/** The data of one store. */
interface StoreData {
  readonly open: Intervals;
  readonly polls: PollColumns;
  readonly first: number;
  readonly last: number;
  readonly firstPoll: number;
  /** When its hours or its zone are unknown. */
  readonly unknown: Intervals;
  readonly planned: Intervals;
}

/** The open time of one store by what the polls up to an instant say. */
interface OpenTime {
  /** The part of which the state is known: it was seen. */
  readonly known: Intervals;
  readonly up: Intervals;
  readonly covered: Intervals;
}

/**
 * Sums a fleet at the instant `asOf`, store by store, and keeps the stores that need attention. As everywhere where
 * people are shown what is known, time before the first poll of a store, and time that is further than two polling
 * intervals from its counting polls, is unknown.
 */
export class FleetTally<Store> {
  readonly asOf: number;
  readonly #pollInterval: number;
  readonly #path = newStatePath();
  readonly #firstQuarter: number;
  readonly #quarters: Readonly<Record<'open' | 'up' | 'unknown' | 'covered', Buckets>>;
  readonly #polls: Float64Array;
  readonly #worst: WorstStores<Store>;
  /** The stores that need attention so far. */
  readonly attention: AttentionList<Store>;
  /** The outages of all stores that were down when they were last checked. */
  readonly outages = new Map<Store, CurrentOutage>();
  /** The last counting polls of the stores whose polls are all stale. */
  readonly staleChecks = new Map<Store, Check>();
  /** The windows that end at `asOf`. */
  readonly last = newSums();
  /** For each window, the one before it, by the polls up to its end. */
  readonly before = newSums();
  /** The latest poll up to `asOf`, whether it counts or not. */
  latestPoll: number | undefined;

  /**
   * @param pollInterval milliseconds between two polls of a store
   * @param worst the number of stores to keep in each list
   */
  constructor(asOf: number, pollInterval: number, worst: number) {
    this.asOf = asOf;
    this.#pollInterval = pollInterval;
    this.#worst = new WorstStores(worst);
    this.attention = new AttentionList(asOf, worst);
    this.#firstQuarter = Math.floor((asOf - FLEET_HISTORY) / QUARTER) * QUARTER;
    const count = Math.ceil((asOf - this.#firstQuarter) / QUARTER);
    const buckets = () => new Buckets(this.#firstQuarter, QUARTER, count);
    this.#quarters = { open: buckets(), up: buckets(), unknown: buckets(), covered: buckets() };
    this.#polls = new Float64Array(count);
  }

  /** The sums by quarter of an hour so far. */
  quarters(): QuarterSums {
    const { open, up, unknown, covered } = this.#quarters;
    return {
      from: this.#firstQuarter,
      open: open.sums(),
      up: up.sums(),
      unknown: unknown.sums(),
      covered: covered.sums(),
      polls: this.#polls,
    };
  }

  /** The worst stores so far, worst first. */
  get worst(): readonly BadStore<Store>[] {
    return this.#worst.stores;
  }

  /**
   * Adds a store.
   *
   * @param store its name in the lists
   * @param open its open intervals, complete over `FLEET_REACH` before `asOf`
   * @param polls arranged polls of which `[first, last)` are this store's
   * @param firstPoll the instant of its first poll ever; NaN: before all others
   * @param unknown when its hours or its zone are unknown
   * @param planned its planned downtime, complete over the eight days before `asOf`; sums are without regard to it
   */
  add(
    store: Store,
    open: Intervals,
    polls: PollColumns,
    first: number,
    last: number,
    firstPoll = Number.NaN,
    unknown: Intervals = EMPTY,
    planned: Intervals = EMPTY,
  ): void {
    const { asOf } = this;
    const data = { open, polls, first, last, firstPoll, unknown, planned };
    for (let w = 0; w < WINDOWS.length; w++) {
      const end = asOf - (WINDOWS[w] as number);
      addWindow(this.before, w, data, this.#openTimeAt(data, end), end);
    }
    const time = this.#openTimeAt(data, asOf);
    for (let w = 0; w < WINDOWS.length; w++) addWindow(this.last, w, data, time, asOf);
    this.#addQuarters(data, time);
    this.#countPolls(data);
    const bad = this.#judge(store, data, time);
    this.#worst.add(bad);
    this.attention.add(bad);
  }

  /** The open time by the polls up to `at`, whose state path stays in `#path`. */
  #openTimeAt({ open, polls, first, last, firstPoll }: StoreData, at: number): OpenTime {
    const reach = reachOf(polls, first, last, at);
    walkStatePath(open, polls, reach.first, reach.last, this.#path);
    const around = (within: number) => timeAroundPolls(open, polls, reach.first, reach.last, within, firstPoll);
    const known = intersect(open, around(staleAfter(this.#pollInterval)));
    return {
      known,
      up: intersect(known, upStretches(this.#path)),
      covered: intersect(open, around(this.#pollInterval)),
    };
  }

  #addQuarters({ open, unknown }: StoreData, { known, up, covered }: OpenTime): void {
    const { asOf } = this;
    const quarters = this.#quarters;
    const add = (buckets: Buckets, stretches: Intervals) => {
      for (let i = 0; i < stretches.length; i += 2) {
        const [from, to] = [stretches[i] as number, stretches[i + 1] as number];
        buckets.add(Math.max(from, asOf - FLEET_HISTORY), Math.min(to, asOf));
      }
    };
    add(quarters.open, open);
    add(quarters.open, unknown);
    add(quarters.unknown, unknown);
    add(quarters.unknown, subtract(open, known));
    add(quarters.up, up);
    add(quarters.covered, covered);
  }

  /** After `#openTimeAt` for `asOf`. */
  #judge(
    store: Store,
    { open, polls, first, last, firstPoll, unknown, planned }: StoreData,
    { known, up }: OpenTime,
  ): BadStore<Store> {
    const { asOf } = this;
    const poll = lastCounting(open, polls, first, last, asOf, staleAfter(this.#pollInterval));
    const state = stateAt(open, asOf, polls.active[poll], unknown);
    const check = lastCounting(open, polls, first, last, asOf, POLL_REACH);
    const seen = subtract(known, planned);
    const seenUp = subtract(up, planned);
    const down = (to: number) => totalWithin(seen, to - DAY, to) - totalWithin(seenUp, to - DAY, to);
    const outage = currentOutage(open, this.#path, asOf, firstPoll, unknown, seen);
    if (outage !== undefined) this.outages.set(store, outage);
    const lastCheck =
      check < 0 ? undefined : { instant: polls.instant[check] as number, active: polls.active[check] === 1 };
    if (poll < 0 && lastCheck !== undefined) this.staleChecks.set(store, lastCheck);
    return {
      store,
      state,
      planned: contains(planned, asOf),
      outage,
      downDay: down(asOf),
      downDayBefore: down(asOf - DAY),
      lastCheck,
    };
  }

  #countPolls({ polls, first, last }: StoreData): void {
    const from = this.asOf - FLEET_HISTORY;
    const lastQuarter = this.#polls.length - 1;
    for (let i = last - 1; i >= first; i--) {
      const at = polls.instant[i] as number;
      if (at > this.asOf) continue;
      if (this.latestPoll === undefined || at > this.latestPoll) this.latestPoll = at;
      if (at < from) break;
      const quarter = Math.min(lastQuarter, Math.floor((at - this.#firstQuarter) / QUARTER));
      this.#polls[quarter] = (this.#polls[quarter] as number) + 1;
    }
  }
}

/** Adds the window `w` that ends at `at` to `sums`. */
function addWindow(sums: WindowSums, w: number, { open, unknown }: StoreData, time: OpenTime, at: number): void {
  const from = at - (WINDOWS[w] as number);
  const within = (stretches: Intervals) => totalWithin(stretches, from, at);
  const up = within(time.up);
  add(sums.open, w, within(open) + within(unknown));
  add(sums.up, w, up);
  add(sums.down, w, within(time.known) - up);
  add(sums.covered, w, within(time.covered));
}

function add(column: Float64Array, w: number, amount: number): void {
  column[w] = (column[w] as number) + amount;
}

function newSums(): WindowSums {
  const column = () => new Float64Array(WINDOWS.length);
  return { up: column(), down: column(), open: column(), covered: column() };
}
