/**
 * A stretch in which the monitor could not observe stores, all (a self-outage) or some (missed slots). Instants are
 * milliseconds.
 */
export interface CoverageGap {
  readonly id: string;
  /** The server that detected it. */
  readonly server: string;
  readonly from: number;
  /** `undefined`: ongoing. */
  readonly until: number | undefined;
  readonly reason: string;
  /** Number of scheduled probes that could not be made. */
  readonly unobserved: number;
}

/** The coverage gaps in the database. */
export interface CoverageGaps {
  /** Records a gap, or updates it as of `now`. */
  save(gap: CoverageGap, now: number): Promise<void>;
  /** Ends ongoing gaps that were not saved since `before` at the time they were last saved: their server is gone. */
  endAbandoned(before: number): Promise<void>;
  /** The gaps that overlap `[from, to)`, earliest first. */
  list(from: number, to: number): Promise<CoverageGap[]>;
}
