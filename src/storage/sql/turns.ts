/**
 * When the user who asked for a row of a queue was last served, for `order by … nulls first`: whoever waits longest for
 * a turn is next, however many rows others have put into the queue before.
 */
export function servedLast(queue: 'reports' | 'imports'): string {
  return `(
    select max(served.started_ms) from ${queue} served
    where served.requested_by is not distinct from ${queue}.requested_by
  )`;
}
