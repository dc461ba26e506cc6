/**
 * What the rest of the program may ask of a database. One folder beside this file for each engine; one contract
 * suite (test/storage/contract.ts) that every engine passes.
 *
 * Instants are milliseconds since 1970-01-01T00:00Z. A `store_key` is a small integer that never leaves the program.
 */
import type { HoursColumns } from '../../domain/hours.ts';
import type { PollColumns } from '../../domain/polls.ts';
import type { SpecialHoursColumns } from '../../domain/special-hours.ts';
import type { Session } from '../../duckdb/session.ts';
import type { AccountCatalog } from './account-catalog.ts';
import type { CoverageGaps } from './coverage-gaps.ts';
import type { ImportCatalog } from './import-catalog.ts';
import type { Leases } from './leases.ts';
import type { MemberRegistry } from './members.ts';
import type { ReportCatalog } from './report-catalog.ts';
import type { ScheduleReader } from './schedules.ts';
import type { StoreRecord, StoreWriter } from './stores.ts';
import type { SyncLog } from './sync-log.ts';

export interface Storage {
  readonly reports: ReportCatalog;
  readonly accounts: AccountCatalog;
  readonly imports: ImportCatalog;
  /**
   * Where other servers on the same database find the results of this one. An engine whose database belongs to one
   * process needs none.
   */
  readonly results?: SharedResults;
  readonly gaps: CoverageGaps;
  readonly syncs: SyncLog;
  /** Where the servers on one database share the polling of stores; likewise. */
  readonly members?: MemberRegistry;
  /** What only one of them may do at a time; likewise. */
  readonly leases?: Leases;
  /** Runs `work` on one unchanging state of the data. */
  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /** Runs `work` as one transaction: all that it merged holds, or nothing. Imports wait for one another. */
  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T>;
  /** Changes single stores as one transaction; takes its turn among the imports. */
  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T>;
  /**
   * Adds polls, all or none, and makes known the stores that they name; takes its turn among the imports. Of polls
   * about the same instant of a store the later one wins, with its reason as in `mergePolls`. Returns what each batch brought: for it, what the batches
   * before it say was there.
   */
  appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]>;
  /**
   * Deletes polls older than `before` (milliseconds), as far as that is cheap: an engine that keeps polls in
   * partitions drops those that lie before it as a whole. Returns the instant before which no poll is left. When a store
   * was polled first stays known.
   */
  prune(before: number): Promise<number>;
  /** Resolves when the database answers; rejects with what is wrong. */
  check(): Promise<void>;
  close(): Promise<void>;
}

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

/** Polls as columns of one length, in the order in which they were said. */
export interface PollBatch {
  readonly ids: readonly string[];
  /** Milliseconds. */
  readonly instants: ArrayLike<number>;
  /** 0 or 1. */
  readonly active: ArrayLike<number>;
  /** Why inactive polls are, by their places, in the form of `reasonText`; as far as it is known. */
  readonly reasons?: ReadonlyMap<number, string>;
}

/** The feeds that say when stores are open. */
export type ScheduleFeed = 'hours' | 'specialHours' | 'zones';

/** What became of stores with rows that cannot be read. */
export interface UnreadStores {
  /** How many keep what is known of them. */
  readonly kept: number;
  /** How many have unknown hours, or an unknown zone. */
  readonly unknown: number;
  /** Some of them, those that are unknown first. */
  readonly ids: readonly string[];
}

/** How many stores are known from which feeds. */
export interface StoreCensus {
  /** Stores of which polls have come in. */
  readonly polled: number;
  /** How many of them have business hours, and a zone. */
  readonly withHours: number;
  readonly withZone: number;
  /** Stores with business hours, or a zone, of which no polls have come in. */
  readonly hoursOnly: number;
  readonly zoneOnly: number;
  /** In an import with files of hours, or zones: how many polled stores these files name. */
  readonly withHoursHere?: number;
  readonly withZoneHere?: number;
}

/** How the good rows of a feed met what was there. */
export interface MergeCounts {
  readonly added: number;
  /** They changed what was there. */
  readonly replaced: number;
  readonly alreadyThere: number;
  /** A later row of the same file says it again, or says otherwise and wins. */
  readonly repeated: number;
}

/**
 * An import under way. Feeds are read by DuckDB whichever engine keeps the data: the reader stages its rows as
 * tables in `staging` and names them here. Among rows that contradict each other the later one (by rowid) wins.
 */
export interface ImportSession {
  readonly staging: Session;
  /** Those of the ids that stores have which are not deleted. */
  storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Makes known the stores that a table with a column `store_id varchar` names. */
  nameStores(table: string): Promise<void>;
  /**
   * Merges a table `(store_id varchar, instant bigint, active boolean)` into the polls. It may have a column
   * `inactive_reason varchar` in the form of `reasonText`, null for active polls. A poll that is inactive as before and
   * has no reason leaves the one that is there; else state and reason are replaced together.
   */
  mergePolls(table: string): Promise<MergeCounts>;
  /**
   * Makes the week of every store that the table `(store_id varchar, day utinyint, start_ms integer, end_ms integer)`
   * names what it says, from the instant `effectiveFrom` on; other stores keep theirs. Where it is in force then,
   * nothing changes. Else what is in force ends then, and what was to follow goes. The first hours that a store ever
   * gets hold for ever back, and so do those that replace them within the same import.
   */
  replaceHours(table: string, effectiveFrom: number): Promise<MergeCounts>;
  /** Does likewise for the zone of every store that the table `(store_id varchar, zone varchar)` names. */
  replaceZones(table: string, effectiveFrom: number): Promise<MergeCounts>;
  /**
   * Replaces the special hours of every date of a store that the table `(store_id varchar, date date, start_ms
   * integer, end_ms integer)` names. Null times: closed on that date, for which the rows above it in the table say
   * nothing any more, as it says nothing beside rows below it.
   */
  replaceSpecialHours(table: string): Promise<MergeCounts>;
  /**
   * Handles the stores that the table `(store_id varchar)` names, of which a feed of this kind has rows that cannot be
   * read: they become known, and keep the hours, special hours or zone that they have. A store that has none gets hours
   * (a zone) that are unknown, for ever back, until the first ones that can be read take their place.
   */
  keepUnread(feed: ScheduleFeed, table: string): Promise<UnreadStores>;
  /** Counts the stores as they are now, and those that this import names. */
  census(): Promise<StoreCensus>;
  /** Makes stores and their schedules what they are in another database, with all that held before. */
  copySchedules(tables: CopiedSchedules): Promise<void>;
}

/** Staged tables of a copy. A null `from_ms` or `until_ms` is infinite. */
export interface CopiedSchedules {
  /**
   * `(store_id varchar, zone varchar, name varchar, labels varchar, probe_url varchar, version integer, deleted
   * boolean, first_poll_ms bigint)`: the stores, with the zone that each has in the end.
   */
  readonly stores: string;
  /** `(store_id varchar, day utinyint, start_ms integer, end_ms integer, from_ms bigint, until_ms bigint)` */
  readonly hours: string;
  /** `(store_id varchar, zone varchar, until_ms bigint)` */
  readonly zoneChanges: string;
  /** `(store_id varchar, date date, start_ms integer, end_ms integer)` */
  readonly specialHours: string;
}

/** `figures`: all that a result holds. `csv`: only the classic CSV, as earlier versions kept it. */
export type SharedResultKind = 'figures' | 'csv';

/** The results of finished reports, kept in the database. */
export interface SharedResults {
  /** Keeps the figures of a report; what is there under its id is replaced. */
  save(reportId: string, chunks: Iterable<Uint8Array>): Promise<void>;
  /** The result in pieces; `undefined` when there is none. */
  read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined>;
}
