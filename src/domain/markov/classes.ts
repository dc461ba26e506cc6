import { HOUR, MINUTE } from '../hours.ts';

/**
 * A class of store, by its rates, both a millisecond: how often it goes down while it is up, and how often it comes back
 * while it is down. A fleet is a mixture of some classes (see `mixture.ts`).
 */
export interface LatentClass {
  readonly failure: number;
  readonly recovery: number;
}

/** How long stores stay up and stay down on average: each four times the one before. */
const UP_TIMES = [2 * HOUR, 8 * HOUR, 32 * HOUR, 128 * HOUR, 1024 * HOUR];
const DOWN_TIMES = [8 * MINUTE, 32 * MINUTE, 128 * MINUTE, 512 * MINUTE, 2048 * MINUTE, 8192 * MINUTE];

export const NEVER_DOWN: LatentClass = { failure: 0, recovery: 1 / HOUR };
export const NEVER_UP: LatentClass = { failure: 1 / HOUR, recovery: 0 };

/** The classes that any fleet may be made of, before anything is known about it. */
export const INITIAL_CLASSES: readonly LatentClass[] = [
  NEVER_DOWN,
  NEVER_UP,
  ...UP_TIMES.flatMap((up) => DOWN_TIMES.map((down) => ({ failure: 1 / up, recovery: 1 / down }))),
];

/** The share of time that a class is up. */
export function shareUp({ failure, recovery }: LatentClass): number {
  return recovery / (failure + recovery);
}
