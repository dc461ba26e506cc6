import { LRUCache } from 'lru-cache';
import { zoneBetween } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import { EMPTY, type Intervals, intersect, union } from '../domain/interval.ts';
import type { ZoneStretch } from '../domain/schedule.ts';
import type { Zone } from '../domain/zone.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { appliesUntil, type KnownAdjustment } from './known.ts';
import { recurrenceOf, type WallRecurrence } from './recurrence.ts';
import { SelectionIndex } from './selection.ts';

/** No local time is further from UTC, and no clock change moves a time by more; milliseconds. */
const SLACK = 2 * DAY;

/** Ranges of time whose intervals are cached. */
const RANGES = 8;

/** An adjustment whose recurrence is ready to be expanded. */
interface Prepared {
  readonly adjustment: KnownAdjustment;
  /** `undefined`: an interval. */
  readonly recurrence: WallRecurrence | undefined;
}

/**
 * The time of stores that adjustments of one kind cover, as intervals. Each adjustment is expanded once for a time zone and a range of days, and
 * stores with the same adjustments and the same zone share their intervals.
 */
export class AdjustedTime {
  readonly #adjustments: readonly Prepared[];
  readonly #index: SelectionIndex;
  readonly #windows = new LRUCache<string, AdjustedWindow>({ max: RANGES });

  /** @param adjustments as they were known at one instant, all of one kind */
  constructor(adjustments: readonly KnownAdjustment[]) {
    this.#adjustments = adjustments.map((adjustment) => ({
      adjustment,
      recurrence: recurrenceOf(adjustment.record.time),
    }));
    this.#index = new SelectionIndex(adjustments.map(({ record }) => record.stores));
  }

  /** The time in the instants `[from, to]`. */
  over(from: number, to: number): AdjustedWindow {
    const [first, last] = [Math.floor(from / DAY), Math.ceil(to / DAY)];
    const key = `${first} ${last}`;
    const window =
      this.#windows.get(key) ?? new AdjustedWindow(this.#adjustments, this.#index, first * DAY, last * DAY);
    this.#windows.set(key, window);
    return window;
  }

  /** The adjustments that include a store. */
  of(store: Pick<StoreEntry, 'id' | 'labels'>): KnownAdjustment[] {
    return this.#index.of(store).map((i) => (this.#adjustments[i] as Prepared).adjustment);
  }
}

/** What adjustments of one kind cover in a range of time. */
export class AdjustedWindow {
  readonly #adjustments: readonly Prepared[];
  readonly #index: SelectionIndex;
  readonly #from: number;
  readonly #to: number;
  readonly #longest: number;
  readonly #zones = new Map<string, Zone>();
  /** Of one adjustment in one zone. */
  readonly #expanded = new Map<string, Intervals>();
  /** Of several adjustments in one zone. */
  readonly #merged = new Map<string, Intervals>();

  constructor(adjustments: readonly Prepared[], index: SelectionIndex, from: number, to: number) {
    this.#adjustments = adjustments;
    this.#index = index;
    this.#from = from;
    this.#to = to;
    this.#longest = Math.max(0, ...adjustments.map(({ recurrence }) => recurrence?.length ?? 0));
  }

  /**
   * What they cover of the time of a store, complete over the range and not clipped to it.
   *
   * @param zones of the store, which cover all time
   */
  of(store: Pick<StoreEntry, 'id' | 'labels'>, zones: readonly ZoneStretch[]): Intervals {
    const found = this.#index.of(store);
    if (found.length === 0) return EMPTY;
    const [only, ...others] = zones;
    if (only !== undefined && others.length === 0) return this.#mergedIn(found, only.zone.name);
    const pieces: number[] = [];
    for (const { zone, from, until } of zones) {
      if (from <= this.#to && until > this.#from) {
        pieces.push(...intersect(this.#mergedIn(found, zone.name), [from, until]));
      }
    }
    return union(pieces);
  }

  #mergedIn(found: readonly number[], zone: string): Intervals {
    const [first, ...others] = found;
    if (others.length === 0) return this.#expandedIn(first as number, zone);
    const key = `${found.join()} ${zone}`;
    let intervals = this.#merged.get(key);
    if (intervals === undefined) {
      intervals = union(found.flatMap((i) => [...this.#expandedIn(i, zone)]));
      this.#merged.set(key, intervals);
    }
    return intervals;
  }

  #expandedIn(i: number, zone: string): Intervals {
    const { adjustment, recurrence } = this.#adjustments[i] as Prepared;
    // An interval is the same in all zones.
    const key = recurrence === undefined ? String(i) : `${i} ${zone}`;
    let intervals = this.#expanded.get(key);
    if (intervals === undefined) {
      const all = recurrence === undefined ? intervalOf(adjustment) : this.#occurrences(recurrence, zone);
      intervals = intersect(all, [Number.NEGATIVE_INFINITY, appliesUntil(adjustment)]);
      this.#expanded.set(key, intervals);
    }
    return intervals;
  }

  #occurrences(recurrence: WallRecurrence, name: string): Intervals {
    const earliest = this.#from - recurrence.length - SLACK;
    const pieces: number[] = [];
    const zone = this.#zone(name);
    for (const wall of recurrence.starts(earliest, this.#to + SLACK)) pieces.push(...recurrence.interval(wall, zone));
    return union(pieces);
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = zoneBetween(name, this.#from - this.#longest - 2 * SLACK, this.#to + this.#longest + 2 * SLACK);
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

/** Whatever the range is: there is only one. */
function intervalOf({ record: { time } }: KnownAdjustment): Intervals {
  return 'from' in time ? [time.from, time.to] : EMPTY;
}
