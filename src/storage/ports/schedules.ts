/**
 * When a single store is open, with all earlier and planned versions. Times of day are milliseconds since local
 * midnight, instants milliseconds since 1970-01-01T00:00Z; an end at or before its start is on the next date.
 */

/** A weekly opening; `day` is 0 = Monday … 6 = Sunday. */
export interface WeekRow {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

/** The hours of a week; no rows: closed every day. */
export type KnownWeek = readonly WeekRow[] | 'always';

/** `unknown`: the feed gave hours that could not be read. */
export type Week = KnownWeek | 'unknown';

/** What is in force during `[from, until)`; either end may be infinite. */
interface Version {
  readonly from: number;
  readonly until: number;
}

export interface HoursVersion extends Version {
  /** Sorted by day and start. */
  readonly week: Week;
}

export interface ZoneVersion extends Version {
  /** An IANA name; `null`: the default zone; `Etc/Unknown`: the feed gave one that could not be read. */
  readonly zone: string | null;
}

/** An opening that begins on a given date. */
export interface Opening {
  readonly start: number;
  readonly end: number;
}

export interface SpecialDate {
  /** Local, `2025-12-24`. */
  readonly date: string;
  /** Sorted by start; none: closed. */
  readonly openings: readonly Opening[];
}

export interface ScheduleReader {
  /** The versions of a store's hours in order, which cover all time; at least one. */
  hoursVersions(key: number): Promise<HoursVersion[]>;
  /** The zones of a store in order, which cover all time. */
  zoneVersions(key: number): Promise<ZoneVersion[]>;
  /** The dates of a store with special hours, in order; those in `[from, to]` if given. */
  specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]>;
}

/** When a change takes effect. */
export interface EffectiveFrom {
  readonly instant: number;
  /**
   * The caller chose this instant: the default before it stays. Otherwise the first hours (the first zone) of a store
   * apply to all time before; unknown ones do not count as first.
   */
  readonly asked: boolean;
}

/** The zone of a store from an instant on; `null`: the default zone. */
export interface ZoneOfStore {
  readonly key: number;
  /** An IANA name. */
  readonly zone: string | null;
}

/**
 * Changes to single stores, as one transaction. Each returns whether it changed anything; a version that is already in
 * force stays, with those planned after it. A change ends the version in force at its instant and replaces all later
 * ones.
 */
export interface ScheduleWriter extends ScheduleReader {
  setHours(key: number, week: KnownWeek, effectiveFrom: EffectiveFrom): Promise<boolean>;
  /**
   * Removes the version of hours that begins at an instant: the one before it goes on until the next one begins. Only
   * for planned versions, since it changes what holds from that instant on.
   */
  withdrawHours(key: number, from: number): Promise<boolean>;
  /** @param zone an IANA name; `null`: the default zone */
  setZone(key: number, zone: string | null, effectiveFrom: EffectiveFrom): Promise<boolean>;
  /** The same for many stores, each of them once; returns the keys of those that changed. */
  setZones(zones: readonly ZoneOfStore[], effectiveFrom: EffectiveFrom): Promise<ReadonlySet<number>>;
  /**
   * @param date local, `2025-12-24`
   * @param openings replace the weekly rows that begin on that date; none: closed
   */
  setSpecialHours(key: number, date: string, openings: readonly Opening[]): Promise<boolean>;
  /** Removes the special hours of a date: its weekly hours apply again. */
  removeSpecialHours(key: number, date: string): Promise<boolean>;
}
