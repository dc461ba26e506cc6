import { DAY, type HoursColumns, openIntervals, openOn, UNKNOWN_DAY } from './hours.ts';
import { EMPTY, type Intervals, intersect, subtract, union } from './interval.ts';
import { CLOSED_ALL_DAY, type SpecialHoursColumns } from './special-hours.ts';
import { UNKNOWN_ZONE, type Zone } from './zone.ts';

/** Earlier zones of stores as columns, ordered by store and `until`, the instant until which each was in force. */
export interface ZoneChangeColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly until: Float64Array;
  readonly zone: readonly Zone[];
}

/** The zone of a store during `[from, until)`, which may be infinite. */
export interface ZoneStretch {
  readonly zone: Zone;
  readonly from: number;
  readonly until: number;
}

/** Everything that decides when the stores of a batch are open. Indices in the columns count from the batch's start. */
export interface ScheduleColumns {
  /** The last zone of each store. */
  readonly zones: readonly Zone[];
  readonly zoneChanges: ZoneChangeColumns;
  readonly hours: HoursColumns;
  readonly specialHours: SpecialHoursColumns;
}

/** When the stores of a batch are open. */
export class Schedule {
  readonly stores: number;
  readonly #columns: ScheduleColumns;
  /** The index of each store's first row; the entry after the last store is the number of rows. */
  readonly #hours: Int32Array;
  readonly #specialHours: Int32Array;
  readonly #zoneChanges: Int32Array;
  /** When hours or zone are unknown, for stores with unknown time only. */
  readonly #unknown: ReadonlyMap<number, Intervals>;

  constructor(columns: ScheduleColumns) {
    this.stores = columns.zones.length;
    this.#columns = columns;
    this.#hours = beginnings(columns.hours, this.stores);
    this.#specialHours = beginnings(columns.specialHours, this.stores);
    this.#zoneChanges = beginnings(columns.zoneChanges, this.stores);
    this.#unknown = unknownTimes(columns);
  }

  /**
   * The open intervals of one store, complete over `[from, to]` (instants, both included) and not clipped to it. Each
   * zone of the store applies while it is in force. Time in which its hours or its zone are unknown is not included.
   */
  openIntervals(store: number, from: number, to: number): Intervals {
    return subtract(this.#openWhenKnown(store, from, to), this.unknownIntervals(store));
  }

  /**
   * When the hours or the zone of one store are unknown. This is open time of unknown state, in which no poll counts.
   */
  unknownIntervals(store: number): Intervals {
    return this.#unknown.get(store) ?? EMPTY;
  }

  #openWhenKnown(store: number, from: number, to: number): Intervals {
    if (this.#zoneChanges[store] === this.#zoneChanges[store + 1]) {
      return this.#openIn(this.#columns.zones[store] as Zone, store, from, to);
    }
    const pieces: number[] = [];
    for (const { zone, from: since, until } of this.zonesOf(store)) {
      if (since > to || until <= from) continue;
      pieces.push(...intersect(this.#openIn(zone, store, from, to), [since, until]));
    }
    return union(pieces);
  }

  /** The zones of a store in order, which cover all time. */
  zonesOf(store: number): readonly ZoneStretch[] {
    const { zones, zoneChanges } = this.#columns;
    const stretches: ZoneStretch[] = [];
    let from = Number.NEGATIVE_INFINITY;
    const last = this.#zoneChanges[store + 1] as number;
    for (let change = this.#zoneChanges[store] as number; change < last; change++) {
      const until = zoneChanges.until[change] as number;
      stretches.push({ zone: zoneChanges.zone[change] as Zone, from, until });
      from = until;
    }
    stretches.push({ zone: zones[store] as Zone, from, until: Number.POSITIVE_INFINITY });
    return stretches;
  }

  /** The zone of a store that is in force at an instant. */
  zoneAt(store: number, instant: number): Zone {
    const { zones, zoneChanges } = this.#columns;
    const last = this.#zoneChanges[store + 1] as number;
    for (let change = this.#zoneChanges[store] as number; change < last; change++) {
      if (instant < (zoneChanges.until[change] as number)) return zoneChanges.zone[change] as Zone;
    }
    return zones[store] as Zone;
  }

  #openIn(zone: Zone, store: number, from: number, to: number): Intervals {
    const { specialHours } = this.#columns;
    const first = this.#specialHours[store] as number;
    const last = this.#specialHours[store + 1] as number;
    if (first === last) return this.#openByWeek(zone, store, from, to);
    const dates = new Set(specialHours.date.subarray(first, last));
    const pieces = [...this.#openByWeek(zone, store, from, to, dates)];
    for (let row = first; row < last; row++) {
      const start = specialHours.start[row] as number;
      if (start === CLOSED_ALL_DAY) continue;
      openOn(specialHours.date[row] as number, start, specialHours.end[row] as number, zone, pieces);
    }
    return union(pieces);
  }

  /** @param except local dates on which nothing begins */
  #openByWeek(zone: Zone, store: number, from: number, to: number, except?: ReadonlySet<number>): Intervals {
    const { hours } = this.#columns;
    const first = this.#hours[store] as number;
    const last = this.#hours[store + 1] as number;
    if (first === last && except !== undefined) {
      return openIntervals(WHOLE_WEEK, 0, WHOLE_WEEK.length, zone, from, to, except);
    }
    if (hours.held === undefined || first === last) return openIntervals(hours, first, last, zone, from, to, except);
    const pieces: number[] = [];
    for (let row = first; row < last; ) {
      const [since, until] = [hours.held.from[row] as number, hours.held.until[row] as number];
      let next = row + 1;
      while (next < last && hours.held.from[next] === since && hours.held.until[next] === until) next++;
      pieces.push(...intersect(openIntervals(hours, row, next, zone, from, to, except), [since, until]));
      row = next;
    }
    return union(pieces);
  }
}

/** Open 24/7, for stores without hours that have special hours. */
const WHOLE_WEEK: HoursColumns = {
  length: 7,
  store: new Int32Array(7),
  day: Uint8Array.of(0, 1, 2, 3, 4, 5, 6),
  start: new Int32Array(7),
  end: new Int32Array(7).fill(DAY),
};

/** The unknown time by store; stores without any are left out. */
function unknownTimes({ zones, zoneChanges, hours }: ScheduleColumns): Map<number, Intervals> {
  const pieces = new Map<number, number[]>();
  const add = (store: number, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY) => {
    const own = pieces.get(store) ?? [];
    own.push(from, until);
    pieces.set(store, own);
  };
  for (let row = 0; row < hours.length; row++) {
    if (hours.day[row] === UNKNOWN_DAY) add(hours.store[row] as number, hours.held?.from[row], hours.held?.until[row]);
  }
  const lastChange = new Map<number, number>();
  for (let change = 0; change < zoneChanges.length; change++) {
    const [store, until] = [zoneChanges.store[change] as number, zoneChanges.until[change] as number];
    if (zoneChanges.zone[change]?.name === UNKNOWN_ZONE) add(store, lastChange.get(store), until);
    lastChange.set(store, until);
  }
  for (let store = 0; store < zones.length; store++) {
    if (zones[store]?.name === UNKNOWN_ZONE) add(store, lastChange.get(store));
  }
  return new Map([...pieces].map(([store, own]) => [store, union(own)]));
}

function beginnings({ length, store }: { length: number; store: Int32Array }, stores: number): Int32Array {
  const begins = new Int32Array(stores + 1);
  for (let row = 0; row < length; row++) (begins[(store[row] as number) + 1] as number)++;
  for (let s = 1; s <= stores; s++) begins[s] = (begins[s] as number) + (begins[s - 1] as number);
  return begins;
}
