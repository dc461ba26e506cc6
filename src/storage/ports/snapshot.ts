import type { HoursColumns } from '../../domain/hours.ts';
import type { PackedMemory, PackedPolls, PollColumns } from '../../domain/polls.ts';
import type { SalesColumns } from '../../domain/sales/learning.ts';
import type { SpecialHoursColumns } from '../../domain/special-hours.ts';
import type { StoreCensus } from './import-session.ts';
import type { RecordRows, RecordTable } from './records.ts';
import type { ScheduleReader } from './schedules.ts';
import type { StoreRecord } from './stores.ts';

/** All stores that are not deleted, in roughly the order of their ids; do not rely on it. */
export interface StoreColumns {
  readonly keys: Int32Array;
  readonly ids: readonly string[];
  /** IANA names; `null`: the default zone. */
  readonly zones: readonly (string | null)[];
}

/** Earlier zones of stores, ordered by store and instant: each applied until then. */
export interface ZoneChangeRows {
  readonly length: number;
  readonly store: Int32Array;
  readonly until: Float64Array;
  /** IANA names; `null`: the default zone. */
  readonly zones: readonly (string | null)[];
}

export interface Snapshot extends ScheduleReader {
  /** Number of imports and other transactions that changed something. */
  revision(): Promise<number>;
  /** How many of them changed stores, hours, special hours or zones. */
  storesRevision(): Promise<number>;
  /** Counts the stores by the feeds that name them. */
  census(): Promise<StoreCensus>;
  /** The instant of the earliest poll of all stores. */
  earliestPoll(): Promise<number | undefined>;
  /** The instant of the latest poll of all stores up to `upTo`; of all polls, if that is not given. */
  latestPoll(upTo?: number): Promise<number | undefined>;
  /** The same for the stores with these ids; unknown ids are ignored. */
  latestPollOf(ids: readonly string[], upTo?: number): Promise<number | undefined>;
  stores(): Promise<StoreColumns>;
  /** The first `limit` stores with ids after `after`, in byte order; includes deleted ones. */
  storeRecords(after: string, limit: number): Promise<StoreRecord[]>;
  /** The stores with these ids, which must not repeat; unknown ids are ignored. */
  storesNamed(ids: readonly string[]): Promise<StoreColumns>;
  /** Number of polls in `[from, to]`. */
  countPolls(from: number, to: number): Promise<number>;
  /**
   * The weekly rows of the stores with `firstKey ≤ key < endKey` that are in force at some time in `[from, to]` (which
   * may be infinite), ordered by store; `store` is `key − firstKey`.
   */
  hours(firstKey: number, endKey: number, from: number, to: number): Promise<HoursColumns>;
  /** Their special hours on the dates in `[firstDate, lastDate]` (days since 1970-01-01), ordered by store and date. */
  specialHours(firstKey: number, endKey: number, firstDate: number, lastDate: number): Promise<SpecialHoursColumns>;
  /** Their earlier zones. */
  zoneChanges(firstKey: number, endKey: number): Promise<ZoneChangeRows>;
  /**
   * The first polls of these stores, at `key − firstKey`; NaN: never polled. They stay when the polls are pruned.
   */
  firstPolls(firstKey: number, endKey: number): Promise<Float64Array>;
  /** The polls in `[from, to]` of these stores, arranged by store and instant; `store` is `key − firstKey`. */
  polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns>;
  /**
   * The same in any order, packed into `memory`.
   *
   * @throws RangeError when the range is too long for packed polls
   */
  packedPolls(firstKey: number, endKey: number, from: number, to: number, memory: PackedMemory): Promise<PackedPolls>;
  /** The polls in `[from, to]` of these stores with a known reason, in no order; `store` is `key − firstKey`. */
  pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]>;
  /** The keys of the stores with an inactive poll in `[from, to]`, in no order. */
  inactiveKeys(from: number, to: number): Promise<Int32Array>;
  /** The last `limit` polls of one store in `[from, to]`, newest first. */
  lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]>;
  /** How often sales have changed; 0: there never were any. */
  salesRevision(): Promise<number>;
  /**
   * The sales of these stores in hours that begin in `[from, to)`, ordered by store; `store` is `key − firstKey`. Of local
   * hours, the wall values are compared.
   */
  sales(firstKey: number, endKey: number, from: number, to: number): Promise<SalesColumns>;
  /** The earliest and the latest hour with sales, likewise; `undefined`: there are no sales. */
  salesRange(): Promise<{ readonly from: number; readonly to: number } | undefined>;
  /** All rows of a table in blocks. Nothing else may be read until the last one has come. */
  records(table: RecordTable): AsyncIterable<RecordRows>;
}

export interface StoredPoll {
  readonly instant: number;
  readonly active: boolean;
  /** In the form of `reasonText`; `undefined`: active, or unknown. */
  readonly reason: string | undefined;
}

/** Inactive polls with the same reason, as columns of one length. */
export interface PollsOfReason {
  /** In the form of `reasonText`. */
  readonly reason: string;
  readonly store: readonly number[];
  /** Milliseconds. */
  readonly instant: readonly number[];
}
