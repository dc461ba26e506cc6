/** A stretch in which the monitor could not observe stores because of trouble of its own. Instants in milliseconds. */
export interface CoverageGap {
  readonly id: string;
  /** The server that saw it. */
  readonly server: string;
  readonly from: number;
  /** `undefined`: it lasts. */
  readonly until: number | undefined;
  readonly reason: string;
  /** How often a store was to be polled and could not be. */
  readonly unobserved: number;
}

/** The gaps, kept in the database. */
export interface CoverageGaps {
  /** Records a gap, or how it stands at `now`. */
  save(gap: CoverageGap, now: number): Promise<void>;
  /** Ends those that last and that nobody has saved since `before`, where they were last saved: their server is gone. */
  endAbandoned(before: number): Promise<void>;
  /** Those that touch `[from, to)`, the earliest first. */
  list(from: number, to: number): Promise<CoverageGap[]>;
}
