import { HOUR } from './hours.ts';
import type { Zone } from './zone.ts';

/**
 * The instants in `[from, to)` at which the clock of a zone shows a full hour. They are an hour apart, except where the
 * clock changes by a part of an hour: an hour that begins before such a change ends up to an hour later.
 */
export function fullHours({ starts, offsets }: Zone, from: number, to: number): number[] {
  const found: number[] = [];
  for (const [i, offset] of offsets.entries()) {
    const begin = Math.max(from, starts[i] as number);
    const end = Math.min(to, starts[i + 1] ?? Number.POSITIVE_INFINITY);
    for (let at = Math.ceil((begin + offset) / HOUR) * HOUR - offset; at < end; at += HOUR) found.push(at);
  }
  return found;
}
