/** The staleness in milliseconds from which polls are stale: two polling intervals. */
export function staleAfter(pollInterval: number): number {
  return 2 * pollInterval;
}

/**
 * Whether polls are stale at the instant `at`, so that they say nothing about the state at that instant.
 *
 * @param latest the instant of the newest poll; `undefined`: there is none
 */
export function isStale(latest: number | undefined, at: number, pollInterval: number): boolean {
  return latest === undefined || at - latest >= staleAfter(pollInterval);
}
