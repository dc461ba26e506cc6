import { HOUR, MINUTE } from '../hours.ts';

/**
 * A class of stores with the same rates, both per millisecond: `failure` from up to down, `recovery` from down to up. A
 * fleet is a mixture of classes (see `em.ts`); the class of a store is not observed.
 */
export interface LatentClass {
  readonly failure: number;
  readonly recovery: number;
}

/** Mean times up and down, in steps of a factor of four (of eight at the end). */
const UP_TIMES = [2 * HOUR, 8 * HOUR, 32 * HOUR, 128 * HOUR, 1024 * HOUR];
const DOWN_TIMES = [8 * MINUTE, 32 * MINUTE, 128 * MINUTE, 512 * MINUTE, 2048 * MINUTE, 8192 * MINUTE];

export const NEVER_DOWN: LatentClass = { failure: 0, recovery: 1 / HOUR };
export const NEVER_UP: LatentClass = { failure: 1 / HOUR, recovery: 0 };

/** The classes that fitting a mixture starts from. */
export const INITIAL_CLASSES: readonly LatentClass[] = [
  NEVER_DOWN,
  NEVER_UP,
  ...UP_TIMES.flatMap((up) => DOWN_TIMES.map((down) => ({ failure: 1 / up, recovery: 1 / down }))),
];

/** The stationary probability that a store of this class is up. */
export function shareUp({ failure, recovery }: LatentClass): number {
  return recovery / (failure + recovery);
}
