/**
 * Special hours of many stores as columns, ordered by store and date: on that local date (days since 1970-01-01) they
 * stand in for the weekly rows that begin on it. `start` and `end` are milliseconds since local midnight, read like
 * those of a week; a `start` of `CLOSED` opens nothing.
 */
export interface SpecialHoursColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly date: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** The `start` of a date on which a store does not open. */
export const CLOSED = -1;
