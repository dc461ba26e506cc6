import type { Logger } from 'pino';
import type { Writer } from '../health/health.ts';
import { isOfTheMachine, messageOf, UserError } from '../lib/errors.ts';
import { elapsed } from '../lib/world/clocks.ts';
import { Claim } from './claim.ts';
import { WorkLoop } from './work-loop.ts';

export interface RunningJob {
  /** Aborts when the worker stops or has lost the job. */
  readonly signal: AbortSignal;
  /** Records the progress, 0 to 1, and the phase if the job has several. */
  readonly onProgress: (progress: number, phase?: string) => void;
}

/** Everything that differs between reports and imports. */
export interface JobKind<Job extends { readonly id: string }, Result> {
  /** `report`: its name in the log. */
  readonly name: string;
  /** How often to look for jobs that were not announced, milliseconds. */
  readonly lookInterval: number;
  /** Milliseconds between two renewals of a lease; `undefined`: claims do not expire. */
  readonly renewInterval?: number;
  /** Identifies a job in the log. */
  labels(job: Job): Readonly<Record<string, unknown>>;
  /** Requeues or fails jobs whose worker ended. Called before claiming, when this worker runs nothing. */
  recover?(): Promise<void>;
  /** Takes the next job and marks it as running. */
  claim(): Promise<Job | undefined>;
  /** Records the progress and renews the lease. `false`: the job is no longer this worker's. */
  renew(job: Job, progress: number, phase: string | undefined): Promise<boolean>;
  run(job: Job, running: RunningJob): Promise<Result>;
  /** Records the result; returns what the log says of it. `undefined`: the job is no longer this worker's. */
  complete(job: Job, result: Result, log: Logger): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** @param refused whether the job itself is wrong; otherwise it may be the only copy of something that is fine */
  fail(job: Job, reason: string, refused: boolean): Promise<void>;
  /** Returns an interrupted job to the queue. The attempt does not count, however often it happens. */
  release(job: Job): Promise<void>;
  /** Cleans up after a job that is no longer this worker's. */
  abandon(job: Job, log: Logger): Promise<void>;
}

export interface JobQueueOptions {
  readonly log: Logger;
  /** Called when a job has ended, with the seconds since it was claimed. */
  readonly onEnd?: ((outcome: 'complete' | 'failed', seconds: number) => void) | undefined;
  /** Receives the outcomes of the jobs. */
  readonly writer?: Writer | undefined;
}

/** Claims the jobs of one kind and runs them, one at a time. */
export class JobQueue<Job extends { readonly id: string }, Result> {
  readonly #kind: JobKind<Job, Result>;
  readonly #log: Logger;
  readonly #onEnd: NonNullable<JobQueueOptions['onEnd']>;
  readonly #writer: Writer | undefined;
  readonly #loop = new WorkLoop(() => this.#work());
  /** Jobs to return to the queue: their database or disk failed, which says nothing about them. */
  readonly #interrupted: Job[] = [];

  constructor(kind: JobKind<Job, Result>, { log, onEnd = () => {}, writer }: JobQueueOptions) {
    this.#kind = kind;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#writer = writer;
  }

  start(): void {
    this.#loop.start(this.#kind.lookInterval);
  }

  /** Claims no more jobs and interrupts the running one, which goes back to the queue. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Announces a job. */
  wake(): void {
    this.#loop.wake();
  }

  async #work(): Promise<void> {
    const kind = this.#kind;
    try {
      await this.#releaseInterrupted();
      await kind.recover?.();
      while (!this.#loop.stopping.aborted && this.#interrupted.length === 0) {
        const job = await kind.claim();
        if (job === undefined) break;
        await this.#run(job);
      }
      await this.#releaseInterrupted();
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, `the ${kind.name} queue is unavailable; trying again soon`);
    }
  }

  /** Before `recover`, which counts jobs that are still running as attempts of a process that ended. */
  async #releaseInterrupted(): Promise<void> {
    for (const job of [...this.#interrupted]) {
      await this.#kind.release(job);
      this.#interrupted.shift();
    }
  }

  async #run(job: Job): Promise<void> {
    const kind = this.#kind;
    const log = this.#log.child(kind.labels(job));
    const startedAt = elapsed();
    const claim = new Claim((progress, phase) => kind.renew(job, progress, phase), kind.renewInterval);
    try {
      const signal = AbortSignal.any([this.#loop.stopping, claim.lost]);
      const result = await kind.run(job, { signal, onProgress: (done, phase) => claim.report(done, phase) });
      const outcome = await kind.complete(job, result, log);
      if (outcome === undefined) return await kind.abandon(job, log);
      const milliseconds = elapsed() - startedAt;
      this.#writer?.worked();
      this.#onEnd('complete', milliseconds / 1_000);
      log.info({ ...outcome, ms: Math.round(milliseconds) }, `${kind.name} complete`);
    } catch (error) {
      if (this.#loop.stopping.aborted) {
        log.info(`${kind.name} interrupted; it is back in the queue`);
        await kind.release(job);
      } else if (isOfTheMachine(error)) {
        this.#writer?.failed(error);
        log.warn({ reason: error.message }, `${kind.name} interrupted; it will run again`);
        this.#interrupted.push(job);
      } else if (!(await claim.holds())) {
        await kind.abandon(job, log);
      } else {
        this.#writer?.failed(error);
        await kind.fail(job, this.#logFailure(job, error, log), isRefusal(error));
        this.#onEnd('failed', (elapsed() - startedAt) / 1_000);
      }
    } finally {
      claim.end();
    }
  }

  /** Returns the reason to record: for an internal error, only where to find it. */
  #logFailure({ id }: Job, error: unknown, log: Logger): string {
    const { name } = this.#kind;
    if (isRefusal(error)) log.info({ reason: error.message }, `${name} refused`);
    else log.error({ err: error }, `${name} failed`);
    return error instanceof UserError ? error.message : `an internal error; the log has it under ${id}`;
  }
}

/** Whether the job itself is proven to be wrong, so that it would fail again whenever it ran. */
function isRefusal(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'invalid_input';
}
