/**
 * When a single store is open, in readable form, with what held before and what is planned. Times of day are
 * milliseconds since local midnight, instants milliseconds since 1970-01-01T00:00Z; an end at or before its start is
 * on the next date.
 */

/** A weekly opening; `day` is 0 = Monday … 6 = Sunday. */
export interface WeekRow {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

/** The hours of a week; no rows: closed every day. */
export type KnownWeek = readonly WeekRow[] | 'always';

/** `unknown`: the hours were given and could not be read. */
export type Week = KnownWeek | 'unknown';

/** What held, holds or will hold at the instants `[from, until)`, which may be infinite. */
interface Version {
  readonly from: number;
  readonly until: number;
}

export interface HoursVersion extends Version {
  /** Sorted by day and start. */
  readonly week: Week;
}

export interface ZoneVersion extends Version {
  /** An IANA name; `null`: the default zone; `Etc/Unknown`: it was given and could not be read. */
  readonly zone: string | null;
}

/** An opening that begins on a certain date. */
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
  /** The versions of a store's hours in order, from for ever back to for good; one at least. */
  hoursVersions(key: number): Promise<HoursVersion[]>;
  /** The zones of a store in order, likewise. */
  zoneVersions(key: number): Promise<ZoneVersion[]>;
  /** The dates of a store with special hours, in order; of those in `[from, to]` where given. */
  specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]>;
}

/** From when a change holds. */
export interface EffectiveFrom {
  readonly instant: number;
  /**
   * Somebody asked for this very instant: what held before stays, also where nobody had said so. Otherwise the first
   * hours (the first zone) that a store ever gets hold for ever back; unknown ones are none.
   */
  readonly asked: boolean;
}

/**
 * Changes to single stores, as one transaction. Each says whether it changed anything; what is in force already is
 * left as it is, with what is planned after it. A change ends what is in force at its instant and takes the place of
 * all that was to follow.
 */
export interface ScheduleWriter extends ScheduleReader {
  setHours(key: number, week: KnownWeek, effectiveFrom: EffectiveFrom): Promise<boolean>;
  /** @param zone an IANA name; `null`: the default zone */
  setZone(key: number, zone: string | null, effectiveFrom: EffectiveFrom): Promise<boolean>;
  /**
   * @param date local, `2025-12-24`
   * @param openings what stands in for the weekly rows that begin on that date; none: closed
   */
  setSpecialHours(key: number, date: string, openings: readonly Opening[]): Promise<boolean>;
  /** Lets the week hold on that date again. */
  removeSpecialHours(key: number, date: string): Promise<boolean>;
}
