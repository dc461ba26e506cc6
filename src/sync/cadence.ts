import { createHash } from 'node:crypto';

/** When syncs run: the first moment after an instant, both in milliseconds. */
export type Cadence = (after: number) => number;

const HOUR = 3_600_000;

/**
 * Every hour, at a moment of this installation's own, so that many installations do not ask the same server at once.
 *
 * @param installation what tells this installation from others
 * @param spread milliseconds after the full hour within which that moment lies
 */
export function hourly(installation: string, spread: number): Cadence {
  const offset = offsetOf(installation, Math.min(spread, HOUR - 1));
  return (after) => Math.floor((after - offset) / HOUR + 1) * HOUR + offset;
}

function offsetOf(installation: string, spread: number): number {
  return Math.floor((createHash('sha256').update(installation).digest().readUInt32BE() / 2 ** 32) * spread);
}
