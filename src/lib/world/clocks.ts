import type { Clocks } from './ports.ts';
import { world } from './world.ts';

/** The wall clock: milliseconds since 1970. Only for labels and stored instants, since it can be set at any time. */
export function now(): number {
  return world().now();
}

/** The monotonic clock: milliseconds since some moment, never going back. For every age, interval and timeout. */
export function elapsed(): number {
  return world().elapsed();
}

/** Both clocks of the current world. */
export const CLOCKS: Clocks = { now, elapsed };
