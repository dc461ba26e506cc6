import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { invalid } from '../../lib/errors.ts';

/** When syncs run: returns the first time after an instant, both in milliseconds. */
export type SyncSchedule = (after: number) => number;

/**
 * Parses a cron expression, in UTC.
 *
 * @param name the variable that it comes from
 * @throws UserError `invalid_input` if it is not a cron expression, or never matches
 */
export function parseSchedule(name: string, expression: string): SyncSchedule {
  const cron = parseCron(expression);
  if (cron?.nextRun() == null) {
    throw invalid(`${name} is "${expression}", expected a cron expression such as "0 * * * *" (every hour, in UTC)`);
  }
  return (after) => cron.nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY;
}

function parseCron(expression: string): Cron | undefined {
  try {
    return new Cron(expression, { timezone: 'UTC' });
  } catch {
    return undefined;
  }
}

/**
 * The same schedule, delayed by an offset that depends on the installation. This keeps many installations from sending
 * requests to the same server at once.
 *
 * @param installation identifies this installation
 * @param spread the longest offset, milliseconds
 */
export function withOffset(schedule: SyncSchedule, installation: string, spread: number): SyncSchedule {
  const offset = offsetOf(installation, spread);
  return (after) => schedule(after - offset) + offset;
}

function offsetOf(installation: string, spread: number): number {
  return Math.floor((createHash('sha256').update(installation).digest().readUInt32BE() / 2 ** 32) * spread);
}
