import { endOfStretch } from '../domain/interval.ts';
import { type InactiveReason, reasonOf } from '../domain/reasons.ts';
import { staleAfter } from '../domain/staleness.ts';
import { currentOutage, lastCounting, OFFLINE, STATES, type State, stateAt, UNKNOWN } from '../domain/state.ts';
import { newStatePath, walkStatePath } from '../domain/state-path.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { States, StoreState } from '../stores/states.ts';
import type { PlannedDowntime } from './planned.ts';
import { type FleetSchedule, keysOf } from './schedules.ts';
import { walkStores } from './walk.ts';

/** `undefined`: the reason is unknown. */
export type ReasonCounts = ReadonlyMap<InactiveReason | undefined, number>;

export type StateCounts = Readonly<Record<State, number>>;

/** The states of all stores at one instant: about 30 bytes per store. */
export class LiveStates implements States {
  readonly asOf: number;
  /** The latest poll of all stores up to `asOf`; `undefined`: none is known. */
  readonly latestPoll: number | undefined;
  readonly #columns: LiveColumns;
  /** Everyone who sees all stores passes the same list. */
  readonly #counts = new WeakMap<readonly StoreEntry[], StateCounts>();
  readonly #reasonCounts = new WeakMap<readonly StoreEntry[], ReasonCounts>();
  readonly #plannedCounts = new WeakMap<readonly StoreEntry[], number>();

  constructor(asOf: number, latestPoll: number | undefined, columns: LiveColumns) {
    this.asOf = asOf;
    this.latestPoll = latestPoll;
    this.#columns = columns;
  }

  /** A store that is newer than these states counts as open and not polled. */
  of({ key }: StoreEntry): StoreState {
    const { base, state, instant, active, reasons, first, plannedUntil } = this.#columns;
    const at = instant[key - base] ?? Number.NaN;
    const firstPoll = first[key - base] ?? Number.NaN;
    return {
      state: STATES[state[key - base] ?? UNKNOWN] ?? 'unknown',
      firstPoll: Number.isNaN(firstPoll) ? undefined : firstPoll,
      plannedUntil: plannedUntil.get(key - base),
      lastPoll: Number.isNaN(at)
        ? undefined
        : { instant: at, active: active[key - base] === 1, reason: reasons.get(key - base) },
    };
  }

  /** When an offline store went down, if the polls that are not stale show the change; `undefined`: they do not. */
  wentDownAt({ key }: StoreEntry): number | undefined {
    const at = this.#columns.downSince[key - this.#columns.base] ?? Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  }

  count(stores: readonly StoreEntry[]): StateCounts {
    const counts = this.#counts.get(stores) ?? this.#count(stores);
    this.#counts.set(stores, counts);
    return counts;
  }

  #count(stores: readonly StoreEntry[]): StateCounts {
    const { base, state } = this.#columns;
    const counts: Record<State, number> = { offline: 0, unknown: 0, online: 0, closed: 0 };
    for (const { key } of stores) counts[STATES[state[key - base] ?? UNKNOWN] ?? 'unknown']++;
    return counts;
  }

  /** The offline stores among these, by the reason of the last poll. */
  countReasons(stores: readonly StoreEntry[]): ReasonCounts {
    const counts = this.#reasonCounts.get(stores) ?? this.#countReasons(stores);
    this.#reasonCounts.set(stores, counts);
    return counts;
  }

  #countReasons(stores: readonly StoreEntry[]): ReasonCounts {
    const { base, state, reasons } = this.#columns;
    const counts = new Map<InactiveReason | undefined, number>();
    for (const { key } of stores) {
      if (state[key - base] !== OFFLINE) continue;
      const reason = reasons.get(key - base);
      const code = reason === undefined ? undefined : reasonOf(reason).code;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    return counts;
  }

  /** How many of these stores are offline in planned downtime. */
  countPlanned(stores: readonly StoreEntry[]): number {
    const { base, state, plannedUntil } = this.#columns;
    const isPlanned = ({ key }: StoreEntry) => state[key - base] === OFFLINE && plannedUntil.has(key - base);
    const count = this.#plannedCounts.get(stores) ?? (plannedUntil.size === 0 ? 0 : stores.filter(isPlanned).length);
    this.#plannedCounts.set(stores, count);
    return count;
  }

  /** The latest poll of these stores that is not stale. */
  latestPollOf(stores: readonly StoreEntry[]): number | undefined {
    const { base, latest } = this.#columns;
    let found = Number.NEGATIVE_INFINITY;
    for (const { key } of stores) {
      const at = latest[key - base] ?? Number.NaN;
      if (at > found) found = at;
    }
    return found === Number.NEGATIVE_INFINITY ? undefined : found;
  }
}

/** An entry for each key from `base` on; NaN: there is no such poll. */
export interface LiveColumns {
  readonly base: number;
  /** Positions in `STATES`. */
  readonly state: Uint8Array;
  /** The poll that decides the state, or would if the store were open; if none counts, the last one. */
  readonly instant: Float64Array;
  readonly active: Uint8Array;
  /** The last poll that is not stale, whether it counts or not. */
  readonly latest: Float64Array;
  /** The known reasons of the deciding polls that are inactive. */
  readonly reasons: Map<number, string>;
  /** The first poll ever, up to the instant of these states. */
  readonly first: Float64Array;
  /** The start of the outage of an offline store that one of its polls that are not stale found up. */
  readonly downSince: Float64Array;
  /** When the present planned downtime of a store ends. */
  readonly plannedUntil: Map<number, number>;
}

/**
 * @param pollInterval milliseconds between two polls of a store
 * @param planned complete at `asOf`
 */
export async function readLive(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  asOf: number,
  pollInterval: number,
  planned: PlannedDowntime,
): Promise<LiveStates> {
  const limit = staleAfter(pollInterval);
  const stores = fleet.directory.entries;
  const columns = newColumns(stores);
  const { base, state, instant, active, latest, reasons, first: firstPolls, downSince, plannedUntil } = columns;
  const path = newStatePath();
  const fresh = { from: asOf - limit + 1, to: asOf };
  await walkStores(
    snapshot,
    fleet,
    stores,
    fresh,
    pollInterval,
    (store, open, polls, first, last, firstPoll, unknown) => {
      const { key } = store;
      const at = key - base;
      if (firstPoll <= asOf) firstPolls[at] = firstPoll;
      const until = endOfStretch(planned(store), asOf);
      if (until !== undefined) plannedUntil.set(at, until);
      const counting = lastCounting(open, polls, first, last, asOf, limit);
      state[at] = stateAt(open, asOf, counting < 0 ? undefined : polls.active[counting], unknown);
      if (state[at] === OFFLINE) {
        walkStatePath(open, polls, first, last, path);
        const outage = currentOutage(open, path, asOf, firstPoll, unknown);
        if (outage !== undefined && path.length > 0) downSince[at] = outage.since;
      }
      if (first === last) return;
      const shown = counting < 0 ? last - 1 : counting;
      instant[at] = polls.instant[shown] as number;
      active[at] = polls.active[shown] as number;
      latest[at] = polls.instant[last - 1] as number;
    },
  );
  for (const said of await snapshot.pollReasons(base, base + state.length, fresh.from, asOf)) {
    for (const [i, at] of said.store.entries()) if (instant[at] === said.instant[i]) reasons.set(at, said.reason);
  }
  const seen = new LiveStates(asOf, undefined, columns).latestPollOf(stores);
  return new LiveStates(asOf, seen ?? (await snapshot.latestPoll(asOf)), columns);
}

function newColumns(stores: readonly StoreEntry[]): LiveColumns {
  const { base, end } = keysOf(stores);
  const span = end - base;
  return {
    base,
    state: new Uint8Array(span).fill(UNKNOWN),
    instant: new Float64Array(span).fill(Number.NaN),
    active: new Uint8Array(span),
    latest: new Float64Array(span).fill(Number.NaN),
    reasons: new Map(),
    first: new Float64Array(span).fill(Number.NaN),
    downSince: new Float64Array(span).fill(Number.NaN),
    plannedUntil: new Map(),
  };
}
