import { AsyncLocalStorage } from 'node:async_hooks';
import type { World } from './ports.ts';
import { REAL_WORLD } from './real.ts';

const ambient = new AsyncLocalStorage<World>();

/** The world that the running code lives in: the real one, unless `inWorld` is above it. */
export function world(): World {
  return ambient.getStore() ?? REAL_WORLD;
}

/** Runs `work`, and everything that it begins, in another world. Only tests and simulations do. */
export function inWorld<T>(other: World, work: () => T): T {
  return ambient.run(other, work);
}
