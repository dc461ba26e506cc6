import type { Session } from '../../duckdb/session.ts';

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
