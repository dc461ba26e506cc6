/** For how long a poll says something about now, milliseconds, where a store is polled about every `pollInterval`. */
export function patienceOf(pollInterval: number): number {
  return 2 * pollInterval;
}

/**
 * Whether polls have stopped coming in, by the newest one of some stores: it says nothing about `at` any more.
 *
 * @param latest `undefined`: there is none
 */
export function areLate(latest: number | undefined, at: number, pollInterval: number): boolean {
  return latest === undefined || at - latest >= patienceOf(pollInterval);
}
