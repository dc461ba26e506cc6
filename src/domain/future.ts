/**
 * How far in the future of a machine's clock polls may lie, milliseconds: the clocks of two machines differ. Later ones
 * are refused, since a single one would move every window.
 */
export const FUTURE_TOLERANCE = 5 * 60_000;

/** The latest instant that a poll may have at `now`. A later one that is stored all the same does not speak for `as_of`. */
export function latestInstant(now: number): number {
  return now + FUTURE_TOLERANCE;
}
