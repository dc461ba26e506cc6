/** How much is measured. */
export interface Sizes {
  /** Stores of each simulated regime, and days of polls. */
  readonly regimes: { readonly stores: number; readonly days: number };
  /** Stores that go down together. */
  readonly flood: number;
  /** A fleet, and how many of its stores go down one after the other. */
  readonly latency: { readonly stores: number; readonly outages: number };
  /** Fleets, and the stores and the number of batches of polls. */
  readonly evaluations: { readonly stores: readonly number[]; readonly batch: number; readonly batches: number };
}

export const FULL: Sizes = {
  regimes: { stores: 300, days: 28 },
  flood: 10_000,
  latency: { stores: 14_000, outages: 300 },
  evaluations: { stores: [10_000, 200_000, 1_000_000], batch: 2_000, batches: 9 },
};

/** Enough to see that everything runs; of fewer stores, more are told one by one before a mass outage is certain. */
export const TINY: Sizes = {
  regimes: { stores: 20, days: 3 },
  flood: 1_000,
  latency: { stores: 200, outages: 4 },
  evaluations: { stores: [100, 200], batch: 50, batches: 3 },
};
