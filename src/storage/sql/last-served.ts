/**
 * A subquery that gives when the user who requested a row of a queue was last served. With `order by … nulls first`,
 * users take turns, however many rows one of them has in the queue.
 */
export function lastServed(queue: 'reports' | 'imports'): string {
  return `(
    select max(served.started_ms) from ${queue} served
    where served.requested_by is not distinct from ${queue}.requested_by
  )`;
}
