import type { Session } from '../../duckdb/session.ts';
import type { RecordRows, RecordTable } from './records.ts';

/** The feeds that define when stores are open. */
export type ScheduleFeed = 'hours' | 'specialHours' | 'zones';

/** What happened to stores with unreadable rows. */
export interface UnreadStores {
  /** Number of stores that keep their present data. */
  readonly kept: number;
  /** Number of stores with unknown hours, or an unknown zone. */
  readonly unknown: number;
  /** Some of their ids, unknown ones first. */
  readonly ids: readonly string[];
}

/** How many stores are known, by feed. */
export interface StoreCensus {
  /** Stores with polls. */
  readonly polled: number;
  /** How many of them have business hours, or a zone. */
  readonly withHours: number;
  readonly withZone: number;
  /** Stores with business hours, or a zone, and no polls. */
  readonly hoursOnly: number;
  readonly zoneOnly: number;
  /** In an import with files of hours, or zones: how many polled stores these files name. */
  readonly withHoursHere?: number;
  readonly withZoneHere?: number;
}

/** How the good rows of a feed compare with the data before. */
export interface MergeCounts {
  readonly added: number;
  /** They changed existing data. */
  readonly replaced: number;
  readonly alreadyThere: number;
  /** A later row of the same file repeats or overrides them. */
  readonly repeated: number;
}

/**
 * A running import. DuckDB reads the feeds on every engine: the reader stages rows as tables in `staging` and passes
 * their names here. Of contradicting rows the later one (by rowid) wins.
 */
export interface ImportSession {
  readonly staging: Session;
  /** The ids among these that belong to stores that are not deleted. */
  storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Creates the stores of a table with a column `store_id varchar` that do not exist, and restores deleted ones. */
  nameStores(table: string): Promise<void>;
  /**
   * Merges a table `(store_id varchar, instant bigint, active boolean)` into the polls. It may have a column
   * `inactive_reason varchar` in the form of `reasonText`, null for active polls. A poll that is
   * inactive as before and has no reason keeps the present reason; else state and reason are replaced together.
   */
  mergePolls(table: string): Promise<MergeCounts>;
  /**
   * Sets the weekly hours of every store in the table `(store_id varchar, day utinyint, start_ms integer, end_ms
   * integer)` from `effectiveFrom` on. If the version in force then is equal, nothing changes; otherwise it ends then
   * and later versions are removed. The first hours of a store, and those that replace them within the same import,
   * apply to all time before.
   */
  replaceHours(table: string, effectiveFrom: number): Promise<MergeCounts>;
  /** Sets the zone of every store in the table `(store_id varchar, zone varchar)` in the same way. */
  replaceZones(table: string, effectiveFrom: number): Promise<MergeCounts>;
  /**
   * Describes every store in the table `(store_id varchar, name varchar, zone varchar, probe_url varchar, labels
   * map(varchar, varchar))`. What is null, and labels that are not named, stay as they are. Zones change as in
   * `replaceZones`.
   *
   * @throws UserError `invalid_input` when a store would have too many labels
   */
  replaceStores(table: string, effectiveFrom: number): Promise<MergeCounts>;
  /**
   * Replaces the special hours of every store and date in the table `(store_id varchar, date date, start_ms integer,
   * end_ms integer)`. Null times: closed on that date. A closed row overrides the rows of that date above it, and is
   * overridden by rows below it.
   */
  replaceSpecialHours(table: string): Promise<MergeCounts>;
  /**
   * Merges a table `(store_id varchar, hour bigint, is_local boolean, orders integer, amount bigint, currency varchar)` into
   * the sales: `hour` is the beginning of an hour, milliseconds, as an instant or as a wall value; `amount` is minor units.
   * A row replaces that of the same store and hour.
   */
  mergeSales(table: string): Promise<MergeCounts>;
  /**
   * Handles the stores of the table `(store_id varchar)`, for which this feed has unreadable rows: they are created if
   * needed, and keep their hours, special hours or zone. A store without any gets unknown hours (an unknown zone) for
   * all time, until readable ones replace them.
   */
  keepUnread(feed: ScheduleFeed, table: string): Promise<UnreadStores>;
  /** Counts the stores at present, and those in the files of this import. */
  census(): Promise<StoreCensus>;
  /** Makes stores and their schedules, with all earlier versions, equal to those of another database. */
  copySchedules(tables: CopiedSchedules): Promise<void>;
  /** Stages the rows of a table of another database for `takeRecords`. */
  stageRecords(table: RecordTable, rows: AsyncIterable<RecordRows>): Promise<void>;
  /**
   * Makes all record tables, each of which was staged, equal to those of the other database.
   *
   * @throws UserError `conflict` when there are users, reports or imports here that the other one does not have
   */
  takeRecords(): Promise<void>;
}

/** Staged tables of a copy. A null `from_ms` or `until_ms` is infinite. */
export interface CopiedSchedules {
  /**
   * `(store_id varchar, zone varchar, name varchar, labels varchar, probe_url varchar, version integer, deleted
   * boolean, first_poll_ms bigint)`: the stores, with the last zone of each.
   */
  readonly stores: string;
  /** `(store_id varchar, day utinyint, start_ms integer, end_ms integer, from_ms bigint, until_ms bigint)` */
  readonly hours: string;
  /** `(store_id varchar, zone varchar, until_ms bigint)` */
  readonly zoneChanges: string;
  /** `(store_id varchar, date date, start_ms integer, end_ms integer)` */
  readonly specialHours: string;
}
