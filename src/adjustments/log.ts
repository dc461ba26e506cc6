import { LRUCache } from 'lru-cache';
import { type Adjustments, UNADJUSTED } from '../domain/periods/adjusted.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { Refreshed } from '../lib/refreshed.ts';
import type { AdjustmentEntry, AdjustmentInterval, AdjustmentKind } from '../storage/ports/adjustments.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { AdjustedTime } from './adjusted-time.ts';
import { type KnownAdjustment, knownAdjustments } from './known.ts';

export interface AdjustmentLogParts {
  readonly storage: Pick<Storage, 'adjustments'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** The adjustments, as they were known at one instant. */
export class Known {
  readonly adjustments: readonly KnownAdjustment[];
  /** What those of each kind cover. */
  readonly times: Readonly<Record<AdjustmentKind, AdjustedTime>>;

  constructor(adjustments: readonly KnownAdjustment[]) {
    this.adjustments = adjustments;
    const time = (kind: AdjustmentKind) => new AdjustedTime(adjustments.filter(({ record }) => record.kind === kind));
    this.times = {
      ...{ planned: time('planned'), excused: time('excused') },
      ...{ false_reading: time('false_reading'), force_down: time('force_down') },
    };
  }

  /** What adjustments say of each store in the instants `[from, to]`, complete over them and not clipped to them. */
  in(fleet: FleetSchedule, { from, to }: AdjustmentInterval): (store: StoreEntry) => Adjustments {
    if (this.adjustments.length === 0) return () => UNADJUSTED;
    const over = (kind: AdjustmentKind) => this.times[kind].over(from, to);
    const windows = { planned: over('planned'), excused: over('excused') };
    const [falseReading, forceDown] = [over('false_reading'), over('force_down')];
    const { base, schedule } = fleet.over(from, to);
    return (store) => {
      const zones = schedule.zonesOf(store.key - base);
      return {
        ...{ planned: windows.planned.of(store, zones), excused: windows.excused.of(store, zones) },
        ...{ falseReading: falseReading.of(store, zones), forceDown: forceDown.of(store, zones) },
      };
    };
  }
}

interface Entries {
  readonly all: readonly AdjustmentEntry[];
  readonly known: Known;
}

/** Milliseconds between two checks for new entries. */
const INTERVAL = 1_000;

/** Instants whose adjustments are cached. */
const INSTANTS = 8;

/** All adjustments in memory, read again after some were recorded. */
export class AdjustmentLog {
  readonly #entries: Refreshed<Entries>;
  /** By how many entries were known. */
  readonly #past = new LRUCache<number, Known>({ max: INSTANTS });

  constructor({ storage, elapsed }: AdjustmentLogParts) {
    const read = async (before: Entries | undefined): Promise<Entries> => {
      if (before !== undefined && (await storage.adjustments.last()) === before.all.at(-1)?.id) return before;
      const all = await storage.adjustments.entries();
      this.#past.clear();
      return { all, known: new Known(knownAdjustments(all)) };
    };
    this.#entries = new Refreshed(read, INTERVAL, elapsed);
  }

  /** What is known now; at most a second old, with everything that this process has recorded. */
  async current(): Promise<Known> {
    return (await this.#entries.current()).known;
  }

  /** What was known at an instant, milliseconds: neither adjustments nor revocations that were recorded later. */
  async knownAt(at: number): Promise<Known> {
    const { all, known } = await this.#entries.current();
    let count = all.length;
    while (count > 0 && (all[count - 1] as AdjustmentEntry).at > at) count--;
    if (count === all.length) return known;
    const past = this.#past.get(count) ?? new Known(knownAdjustments(all.slice(0, count)));
    this.#past.set(count, past);
    return past;
  }

  /** Reports that this process has recorded something. */
  changed(): void {
    this.#entries.changed();
  }
}
