// The program of the threads in pool.test.ts.
import process from 'node:process';
import { serveJobs } from '../../../src/lib/threads/serve.ts';

export type TestJob =
  | { readonly kind: 'double'; readonly number: number }
  | { readonly kind: 'throw'; readonly message: string }
  /** Never ends. */
  | { readonly kind: 'hang'; readonly begun: Int32Array }
  /** Ends the thread as often as `lives` says, which is shared. */
  | { readonly kind: 'die'; readonly lives: Int32Array };

serveJobs((job: TestJob): number => {
  if (job.kind === 'double') return 2 * job.number;
  if (job.kind === 'throw') throw new RangeError(job.message);
  if (job.kind === 'die') {
    const left = Atomics.sub(job.lives, 0, 1);
    if (left > 0) process.exit(7);
    return left;
  }
  Atomics.store(job.begun, 0, 1);
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
