/** What the computation of machines takes for granted. Change it to your prices and machines. */
export const ASSUMPTIONS = {
  /** Polls of a store in a day. */
  pollsPerDay: 24,
  /** Days for which polls are kept. */
  keptDays: 400,
  /** Copies of each poll. */
  replicas: 2,
  /** How often ClickHouse merges each poll. */
  merges: 6,
  /** The share of a disk that may be full: merges write a part again before they remove it. */
  fullDisk: 0.6,
  /** Terabytes of a machine’s disks. */
  diskOfMachine: 8,
  /** US dollars for a terabyte of solid-state disk in a month. */
  diskPrice: 80,
  /** Cores of a machine. */
  cores: 16,
  /** The share of the processors that appending and merging may keep busy, so that reports have the rest. */
  busy: 0.25,
  /** Gigabytes that a machine’s network brings in a second. */
  network: 1,
  /** Seconds in which a report of the whole fleet should be complete. */
  reportWithin: 60,
} as const;

export type Assumptions = { readonly [name in keyof typeof ASSUMPTIONS]: number };

/** Fleets to compute. */
export const FLEETS = [1_000_000, 15_000_000, 100_000_000] as const;
