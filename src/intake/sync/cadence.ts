import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { invalid } from '../../lib/errors.ts';

/** When syncs run: the first moment after an instant, both in milliseconds. */
export type Cadence = (after: number) => number;

/**
 * The moments that a cron expression names, in UTC.
 *
 * @param name the variable that it comes from
 * @throws UserError `invalid_input` when it is none, or names no moment
 */
export function cadenceFrom(name: string, expression: string): Cadence {
  const schedule = scheduleFrom(expression);
  if (schedule?.nextRun() == null) {
    throw invalid(`${name} is "${expression}", expected a cron expression such as "0 * * * *" (every hour, in UTC)`);
  }
  return (after) => schedule.nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY;
}

function scheduleFrom(expression: string): Cron | undefined {
  try {
    return new Cron(expression, { timezone: 'UTC' });
  } catch {
    return undefined;
  }
}

/**
 * The same, each moment later by an offset of this installation's own, so that many installations do not ask the same
 * server at once.
 *
 * @param installation what tells this installation from others
 * @param spread milliseconds within which that offset lies
 */
export function spreadOut(cadence: Cadence, installation: string, spread: number): Cadence {
  const offset = offsetOf(installation, spread);
  return (after) => cadence(after - offset) + offset;
}

function offsetOf(installation: string, spread: number): number {
  return Math.floor((createHash('sha256').update(installation).digest().readUInt32BE() / 2 ** 32) * spread);
}
