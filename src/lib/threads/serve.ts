import { parentPort } from 'node:worker_threads';

/** What a thread says of a job. */
export type Answer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Makes this thread do the jobs of a `ThreadPool`, one after the other. */
export function serveJobs<Job, Result>(work: (job: Job) => Result): void {
  parentPort?.on('message', (job: Job) => parentPort?.postMessage(answerOf(() => work(job))));
}

function answerOf(work: () => unknown): Answer {
  try {
    return { kind: 'done', result: work() };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
