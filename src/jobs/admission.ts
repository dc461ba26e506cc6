import { UserError } from '../lib/errors.ts';
import type { QueuedJobs } from '../storage/ports/jobs.ts';

/** Seconds after which a refused user may try again. */
const RETRY_AFTER = 30;

/**
 * Refuses another job when too many are waiting.
 *
 * @param what the jobs, in messages: `reports`
 * @throws UserError `too_many_requests`
 */
export function checkWaiting(what: string, waiting: QueuedJobs, limits: QueuedJobs): void {
  if (waiting.total >= limits.total) throw tooMany(`${limits.total} ${what}`);
  if (waiting.own >= limits.own) throw tooMany(`${limits.own} of your ${what}`);
}

function tooMany(jobs: string): UserError {
  return new UserError('too_many_requests', `${jobs} are waiting already; try again when some of them are done`, {
    retryAfter: RETRY_AFTER,
  });
}
