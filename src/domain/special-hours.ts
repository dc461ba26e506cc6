/**
 * Special hours of many stores as columns, ordered by store and date (days since 1970-01-01, local). They replace the
 * weekly rows that begin on that date. `start` and `end` are milliseconds since local midnight, as in weekly rows; a
 * `start` of `CLOSED_ALL_DAY` opens nothing.
 */
export interface SpecialHoursColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly date: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** The `start` of a date on which a store does not open. */
export const CLOSED_ALL_DAY = -1;
