import { DAY, openTimes, type StoreHours, type Stretch } from '../domain/reference.ts';
import { figuresOf, rowSays } from './expected.ts';
import type { Poll } from './polls.ts';
import type { Span } from './violations.ts';

type Rows = StoreHours['rows'];
type SpecialHours = StoreHours['specialHours'];

/** What a change does to the data, all of it or nothing. */
export interface Effect {
  readonly polls?: readonly Poll[];
  /** A schedule that replaces that of a store, for all time; creates the store. */
  readonly schedule?: Schedule & { readonly store: string };
}

/** When a store is open. No rows: always. */
export interface Schedule {
  readonly rows: Rows;
  readonly zone: string;
  readonly specialHours: SpecialHours;
}

export interface Change extends Span, Effect {}

/**
 * The changes of one client to stores that only it changes, in their order: each begins when the one before has ended, and
 * only the last may be without an end. So the data of these stores is always that after the first n changes.
 */
export interface Chain {
  readonly name: string;
  readonly changes: readonly Change[];
}

interface StoreState {
  readonly polls: Map<number, boolean>;
  open: readonly Stretch[] | undefined;
}

/** The data after each number of changes of a chain, compared with reports that are asked about in order of time. */
export class ChainStates {
  readonly chain: Chain;
  /** Every store that the chain ever changes. */
  readonly stores: readonly string[];
  readonly #stores = new Map<string, StoreState>();
  #applied = 0;

  constructor(chain: Chain) {
    this.chain = chain;
    this.stores = [...new Set(chain.changes.flatMap(storesOf))];
  }

  /**
   * The numbers of changes, from `from` to `to`, after which the data gives the rows of a report.
   *
   * @param from not less than at the call before
   */
  matching(rows: ReadonlyMap<string, readonly string[]>, asOf: number, from: number, to: number): number[] {
    for (; this.#applied < from; this.#applied++) apply(this.#stores, this.#change(this.#applied));
    const says = (stores: ReadonlyMap<string, StoreState>, id: string) => {
      const state = stores.get(id);
      return state === undefined ? !rows.has(id) : rowSays(rows.get(id), figuresOf(state.polls, asOf, state.open));
    };
    const current = new Map(this.#stores);
    const different = new Set(this.stores.filter((id) => !says(current, id)));
    const found: number[] = [];
    for (let n = from; ; n++) {
      if (different.size === 0) found.push(n);
      if (n === to) return found;
      const change = this.#change(n);
      for (const id of storesOf(change)) {
        const state = current.get(id);
        if (state !== undefined) current.set(id, { ...state, polls: new Map(state.polls) });
      }
      apply(current, change);
      for (const id of storesOf(change)) {
        if (says(current, id)) different.delete(id);
        else different.add(id);
      }
    }
  }

  #change(index: number): Change {
    return this.chain.changes[index] as Change;
  }
}

function storesOf({ polls = [], schedule }: Effect): string[] {
  return [...new Set([...polls.map(([store]) => store), ...(schedule === undefined ? [] : [schedule.store])])];
}

function apply(stores: Map<string, StoreState>, { polls = [], schedule }: Effect): void {
  const stateOf = (id: string): StoreState => {
    const known = stores.get(id) ?? { polls: new Map(), open: undefined };
    stores.set(id, known);
    return known;
  };
  for (const [id, instant, active] of polls) stateOf(id).polls.set(instant, active);
  if (schedule !== undefined) stateOf(schedule.store).open = openStretches(schedule);
}

const knownStretches = new WeakMap<Schedule, readonly Stretch[] | undefined>();

/** When a store is open in the weeks around now, without overlaps; `undefined`: always. */
function openStretches(schedule: Schedule): readonly Stretch[] | undefined {
  if (schedule.rows.length === 0 && schedule.specialHours.length === 0) return undefined;
  if (!knownStretches.has(schedule)) {
    const now = Date.now();
    knownStretches.set(schedule, merged(openTimes({ ...schedule, zoneChanges: [] }, now - 10 * DAY, now + 2 * DAY)));
  }
  return knownStretches.get(schedule);
}

function merged(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || stretch.from > last.to) result.push(stretch);
    else if (stretch.to > last.to) result[result.length - 1] = { from: last.from, to: stretch.to };
  }
  return result;
}
