import type { JobPosition } from '../../../src/storage/ports/jobs.ts';

interface QueuedRow {
  readonly requested_by: string | null;
  readonly started_ms: number | null;
}

/** When the user who requested a row was last served; −∞: never. Users take turns. */
export function lastServed({ requested_by }: QueuedRow, all: readonly QueuedRow[]): number {
  return all.reduce(
    (last, row) => (row.requested_by === requested_by ? Math.max(last, row.started_ms ?? last) : last),
    Number.NEGATIVE_INFINITY,
  );
}

/** Orders jobs from the newest to the oldest, those after a position if it is given. */
export function newestFirst<Job extends JobPosition>(jobs: readonly Job[], after: JobPosition | undefined): Job[] {
  const order = (a: JobPosition, b: JobPosition) => b.requestedAt - a.requestedAt || (a.id < b.id ? 1 : -1);
  return jobs.filter((job) => after === undefined || (job.id !== after.id && order(after, job) < 0)).sort(order);
}
