import { Worker } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import type { Answer } from './serve.ts';

export interface ThreadPoolOptions {
  /** The program of the threads, which calls `serveJobs`. */
  readonly program: URL;
  /** The greatest number of threads. */
  readonly size: number;
  /** What the threads do, for messages: `computing`. */
  readonly name: string;
  /** Called when a thread has ended unexpectedly, with how. */
  readonly onDeath?: ((reason: string) => void) | undefined;
}

/** A job is given to this many threads, one after the other, if they end unexpectedly: the cause may lie elsewhere. */
const ATTEMPTS = 2;

interface Task {
  readonly job: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
  /** Nobody waits for it anymore. */
  ended: boolean;
}

interface Thread {
  readonly worker: Worker;
  task: Task | undefined;
}

/**
 * Threads that do jobs. Each starts when there is a job for it and stays for the next ones; one that is idle does not
 * keep the process running. Jobs go to whichever thread is free, in their order.
 */
export class ThreadPool<Job, Result> {
  readonly size: number;
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #waiting: Task[] = [];
  #closed = false;

  constructor(options: ThreadPoolOptions) {
    this.size = options.size;
    this.#options = options;
  }

  /**
   * Does a job in a thread. When `signal` aborts, a thread that is already at it finishes it for nobody.
   *
   * @throws the reason of `signal`; what the job throws; UserError `unreadable` when its thread ended twice, `unavailable`
   * when the pool is closed
   */
  run(job: Job, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedError());
      if (signal?.aborted) return reject(signal.reason);
      const aborted = () => end(() => reject(signal?.reason));
      const end = (settle: () => void) => {
        task.ended = true;
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const task: Task = {
        job,
        resolve: (value) => end(() => resolve(value as Result)),
        reject: (error) => end(() => reject(error)),
        attempts: 0,
        ended: false,
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(task);
      this.#assign();
    });
  }

  /** Ends all threads, whatever they are doing. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#threads];
    for (const task of [...this.#waiting, ...threads.map(({ task }) => task)]) {
      if (task !== undefined && !task.ended) task.reject(closedError());
    }
    this.#waiting.length = 0;
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #assign(): void {
    for (;;) {
      while (this.#waiting[0]?.ended) this.#waiting.shift();
      const thread = this.#waiting.length === 0 ? undefined : this.#freeThread();
      if (thread === undefined) return;
      const task = this.#waiting.shift() as Task;
      task.attempts++;
      thread.task = task;
      thread.worker.ref();
      thread.worker.postMessage(task.job);
    }
  }

  #freeThread(): Thread | undefined {
    return this.#idle.pop() ?? (this.#threads.size < this.size ? this.#start() : undefined);
  }

  #start(): Thread {
    // A job needs nothing from the environment, which may hold secrets.
    const worker = new Worker(startable(this.#options.program), { env: {}, execArgv: [] });
    const thread: Thread = { worker, task: undefined };
    this.#threads.add(thread);
    let reason: string | undefined;
    worker.on('message', (answer: Answer) => this.#answered(thread, answer));
    worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => this.#died(thread, reason ?? `exit code ${code}`));
    return thread;
  }

  #answered(thread: Thread, answer: Answer): void {
    const { task } = thread;
    thread.task = undefined;
    thread.worker.unref();
    this.#idle.push(thread);
    if (task !== undefined && !task.ended) {
      if (answer.kind === 'done') task.resolve(answer.result);
      else task.reject(answer.error);
    }
    this.#assign();
  }

  #died(thread: Thread, reason: string): void {
    this.#threads.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
    if (this.#closed) return;
    this.#options.onDeath?.(reason);
    const { task } = thread;
    if (task !== undefined && !task.ended) {
      if (task.attempts < ATTEMPTS) this.#waiting.unshift(task);
      else task.reject(deathError(this.#options.name, reason));
    }
    this.#assign();
  }
}

function closedError(): UserError {
  return new UserError('unavailable', 'the program is being stopped');
}

function deathError(name: string, reason: string): UserError {
  return new UserError('unreadable', `the ${name} thread ended unexpectedly (${reason}), ${ATTEMPTS} times`);
}

/** The program, or what loads it: Node 20 cannot start a thread from TypeScript, even where the process runs under tsx. */
function startable(program: URL): URL {
  if (!program.pathname.endsWith('.ts')) return program;
  const [loader, main] = [import.meta.resolve('tsx/esm/api'), program.href].map((url) => JSON.stringify(url));
  const code = `import { register } from ${loader}; register(); await import(${main});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
