import { LRUCache } from 'lru-cache';
import { DAY, type HoursColumns } from '../domain/hours.ts';
import { Schedule } from '../domain/schedule.ts';
import type { SpecialHoursColumns } from '../domain/special-hours.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import type { Snapshot, ZoneChangeRows } from '../storage/ports/snapshot.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Directory, StoreDirectory, StoreEntry } from '../stores/directory.ts';
import { ScheduleRange } from '../stores/schedule.ts';

/** Ranges of time whose schedules are cached. */
const RANGES = 8;

/** Local dates on which a store may have special hours, as days since 1970. */
const FIRST_DATE = -100_000;
const LAST_DATE = 100_000;

/** The schedules of all stores of a directory, in memory: about 200 bytes per store. */
export class FleetSchedule {
  readonly directory: Directory;
  readonly #base: number;
  readonly #zones: readonly (string | null)[];
  readonly #hours: HoursColumns;
  readonly #specialHours: SpecialHoursColumns;
  readonly #zoneChanges: ZoneChangeRows;
  readonly #schedules = new LRUCache<string, Schedule>({ max: RANGES });

  private constructor(
    directory: Directory,
    base: number,
    zones: readonly (string | null)[],
    hours: HoursColumns,
    specialHours: SpecialHoursColumns,
    zoneChanges: ZoneChangeRows,
  ) {
    this.directory = directory;
    this.#base = base;
    this.#zones = zones;
    this.#hours = hours;
    this.#specialHours = specialHours;
    this.#zoneChanges = zoneChanges;
  }

  static async read(snapshot: Snapshot, directory: Directory): Promise<FleetSchedule> {
    const { base, end } = keysOf(directory.entries);
    const zones = new Array<string | null>(end - base).fill(null);
    for (const { key, zone } of directory.entries) zones[key - base] = zone ?? null;
    const hours = await snapshot.hours(base, end, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    const specialHours = await snapshot.specialHours(base, end, FIRST_DATE, LAST_DATE);
    return new FleetSchedule(directory, base, zones, hours, specialHours, await snapshot.zoneChanges(base, end));
  }

  /** The schedule of the instants `[from, to]`, in which the index of a store is its key minus `base`. */
  over(from: number, to: number): { readonly base: number; readonly schedule: Schedule } {
    const [first, last] = [Math.floor(from / DAY), Math.ceil(to / DAY)];
    const key = `${first} ${last}`;
    const schedule = this.#schedules.get(key) ?? this.#make(first, last);
    this.#schedules.set(key, schedule);
    return { base: this.#base, schedule };
  }

  #make(firstDay: number, lastDay: number): Schedule {
    const range = new ScheduleRange(firstDay * DAY, lastDay * DAY);
    const zoneChanges = this.#zoneChanges;
    return new Schedule({
      zones: this.#zones.map((name) => range.zone(name)),
      zoneChanges: { ...zoneChanges, zone: zoneChanges.zones.map((name) => range.zone(name)) },
      hours: this.#hours,
      specialHours: this.#specialHours,
    });
  }
}

/** The schedules of all stores, read again after a store has changed. */
export class Schedules {
  readonly #storage: Pick<Storage, 'snapshot'>;
  readonly #directory: StoreDirectory;
  readonly #read = new PromiseCache<FleetSchedule>(1);

  constructor(storage: Pick<Storage, 'snapshot'>, directory: StoreDirectory) {
    this.#storage = storage;
    this.#directory = directory;
  }

  /** As current as the directory. */
  async current(): Promise<FleetSchedule> {
    const directory = await this.#directory.current();
    return this.#read.get(String(directory.revision), () =>
      this.#storage.snapshot((snapshot) => FleetSchedule.read(snapshot, directory), 'background'),
    );
  }
}

/** The range of the stores' keys, `[base, end)`. */
export function keysOf(stores: readonly StoreEntry[]): { readonly base: number; readonly end: number } {
  if (stores.length === 0) return { base: 0, end: 0 };
  let [base, end] = [Number.POSITIVE_INFINITY, 0];
  for (const { key } of stores) {
    if (key < base) base = key;
    if (key >= end) end = key + 1;
  }
  return { base, end };
}
