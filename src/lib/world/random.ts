import { world } from './world.ts';

/** A number in `[0, 1)`. Not for secrets. */
export function random(): number {
  return world().random();
}

/** A random id (UUID version 4). Not for secrets. */
export function newId(): string {
  return world().uuid();
}
