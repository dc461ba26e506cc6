import type { HoursColumns } from '../../domain/hours.ts';
import type { PollColumns } from '../../domain/polls.ts';
import type { SpecialHoursColumns } from '../../domain/special-hours.ts';
import type { StoreCensus } from './import-session.ts';
import type { ScheduleReader } from './schedules.ts';
import type { StoreRecord } from './stores.ts';

/** Every store that any source names and nobody deleted. They come in about the order of their ids, which no one must rely on. */
export interface StoreColumns {
  readonly keys: Int32Array;
  readonly ids: readonly string[];
  /** IANA names; `null`: the default zone. */
  readonly zones: readonly (string | null)[];
}

/** The zones that stores had before, ordered by store and instant: each held until then. */
export interface ZoneChangeRows {
  readonly length: number;
  readonly store: Int32Array;
  readonly until: Float64Array;
  /** IANA names; `null`: the default zone. */
  readonly zones: readonly (string | null)[];
}

export interface Snapshot extends ScheduleReader {
  /** How many imports and other changes changed something so far. */
  revision(): Promise<number>;
  /** How many of them changed stores, their hours, special hours or zones, and not polls alone. */
  storesRevision(): Promise<number>;
  /** Counts the stores by what is known of them. */
  census(): Promise<StoreCensus>;
  /** The instant of the earliest poll of all stores. */
  earliestPoll(): Promise<number | undefined>;
  /** The instant of the latest poll of all stores. */
  latestPoll(): Promise<number | undefined>;
  /** The instant of the latest poll of those of the stores with these ids that are there. */
  latestPollOf(ids: readonly string[]): Promise<number | undefined>;
  stores(): Promise<StoreColumns>;
  /** The first stores whose ids come after `after`, in the order of the bytes of their ids; also deleted ones. */
  storeRecords(after: string, limit: number): Promise<StoreRecord[]>;
  /** Those of the stores with these ids that are there; each id is given once. */
  storesNamed(ids: readonly string[]): Promise<StoreColumns>;
  /** How many polls lie in `[from, to]`. */
  countPolls(from: number, to: number): Promise<number>;
  /**
   * The weekly rows of the stores with `firstKey ≤ key < endKey` that hold somewhere in `[from, to]` (which may be
   * infinite), ordered by store; `store` is `key − firstKey`.
   */
  hours(firstKey: number, endKey: number, from: number, to: number): Promise<HoursColumns>;
  /** Their special hours on the dates in `[firstDate, lastDate]` (days since 1970-01-01), ordered by store and date. */
  specialHours(firstKey: number, endKey: number, firstDate: number, lastDate: number): Promise<SpecialHoursColumns>;
  /** The zones that they had before. */
  zoneChanges(firstKey: number, endKey: number): Promise<ZoneChangeRows>;
  /**
   * When these stores were polled for the first time ever, also when that poll was pruned since: at `key − firstKey`;
   * NaN: never.
   */
  firstPolls(firstKey: number, endKey: number): Promise<Float64Array>;
  /** The polls in `[from, to]` of these stores, arranged by store and instant; `store` is `key − firstKey`. */
  polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns>;
  /** The polls in `[from, to]` of these stores whose reason is known, in no order; `store` is `key − firstKey`. */
  pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]>;
  /** The last `limit` polls in `[from, to]` of one store, the newest first. */
  lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]>;
}

export interface StoredPoll {
  readonly instant: number;
  readonly active: boolean;
  /** In the form of `reasonText`; `undefined`: it is active, or the reason is not known. */
  readonly reason: string | undefined;
}

/** Polls that are inactive for the same reason, as columns of one length. */
export interface PollsOfReason {
  /** In the form of `reasonText`. */
  readonly reason: string;
  readonly store: readonly number[];
  /** Milliseconds. */
  readonly instant: readonly number[];
}
