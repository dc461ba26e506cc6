import type { Span, Violation } from './violations.ts';

/** A report or an import that a server accepted. */
export interface AcceptedJob {
  readonly kind: 'report' | 'import';
  readonly id: string;
  /** When the answer arrived. */
  readonly at: number;
}

/** What a server said about a job. */
export interface Sighting extends Span {
  readonly id: string;
  /** Its status, or `missing`. */
  readonly status: string;
  /** Of an import: whether its file is still there. */
  readonly hasFile?: boolean;
}

const ENDED = new Set(['complete', 'failed', 'cancelled']);

/** Whether a job with this status stays as it is. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/** Accepted jobs stay known, end, and do not change afterwards; an import that fails keeps its file. */
export function judgeJobs(accepted: readonly AcceptedJob[], sightings: readonly Sighting[]): Violation[] {
  const byId = new Map<string, Sighting[]>(accepted.map(({ id }) => [id, []]));
  for (const sighting of sightings) byId.get(sighting.id)?.push(sighting);
  return accepted.flatMap((job) => judgeJob(job, byId.get(job.id) ?? []));
}

function judgeJob({ kind, id, at }: AcceptedJob, sightings: readonly Sighting[]): Violation[] {
  const violations: Violation[] = [];
  const name = `${kind} ${id}`;
  if (sightings.some(({ status, start }) => status === 'missing' && start > at)) {
    violations.push({ invariant: 'nothing accepted is lost', what: `${name} was accepted, and is not known anymore` });
  }
  const known = sightings.filter(({ status }) => status !== 'missing');
  const first = known
    .filter(({ status }) => hasEnded(status))
    .reduce<Sighting | undefined>((a, b) => (a === undefined || b.end < a.end ? b : a), undefined);
  if (first === undefined) {
    const last = known.reduce<Sighting | undefined>(
      (a, b) => (a === undefined || b.start > a.start ? b : a),
      undefined,
    );
    const status = last === undefined ? 'was never seen' : `is still ${last.status}`;
    return [...violations, { invariant: 'everything ends', what: `${name} ${status}` }];
  }
  const later = known.find(({ start, status }) => start > first.end && status !== first.status);
  if (later !== undefined) {
    violations.push({ invariant: 'states do not go back', what: `${name} was ${first.status} and is ${later.status}` });
  }
  if (kind === 'import' && known.some(({ status, hasFile }) => status === 'failed' && hasFile === false)) {
    violations.push({ invariant: 'imports keep their file', what: `${name} failed, and its file is deleted` });
  }
  return violations;
}
