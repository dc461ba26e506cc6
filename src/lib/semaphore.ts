import { after } from './world/timers.ts';

/** How long to wait for a permit. */
export interface WaitLimit {
  readonly milliseconds: number;
  /** What is thrown after that. */
  readonly error: () => Error;
}

/** Limits how many asynchronous tasks run at once. The others wait, first come, first served. */
export class Semaphore {
  readonly #permits: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  /** @param permits how many may run at once */
  constructor(permits: number) {
    this.#permits = permits;
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** @param limit how long `work` waits for its permit; without it, for any time */
  async run<T>(work: () => Promise<T>, limit?: WaitLimit): Promise<T> {
    if (this.#running < this.#permits) this.#running++;
    else await this.#permit(limit);
    try {
      return await work();
    } finally {
      // A waiting task takes over this permit.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #permit(limit: WaitLimit | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const granted = () => {
        timer?.stop();
        resolve();
      };
      const timer =
        limit &&
        after(limit.milliseconds, () => {
          this.#queue.splice(this.#queue.indexOf(granted), 1);
          reject(limit.error());
        });
      this.#queue.push(granted);
    });
  }
}
