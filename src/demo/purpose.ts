/** What random numbers are drawn for. Those of `simulate` are 0 to 2. */
export const PURPOSE = { chain: 3, stories: 4, outages: 5, latency: 6 } as const;
