import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

/**
 * Does what there is to do, over and over: when it is woken, and now and then by itself. Never twice at a time; who
 * wakes it while it works has it look once more.
 */
export class WorkLoop {
  readonly #work: () => Promise<void>;
  readonly #stopping = new AbortController();
  #looking: Timer | undefined;
  #working: Promise<void> = Promise.resolve();
  #wanted = false;
  #busy = false;

  /** @param work takes what there is until nothing is left or `stopping` is aborted; it handles its own errors */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Aborts when the loop is to end, and with it what it is doing. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** @param interval milliseconds after which it looks by itself */
  start(interval: number): void {
    this.#looking = every(interval, () => this.wake()).unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.#looking?.stop();
    this.#stopping.abort(new Error('the server is stopping'));
    await this.#working;
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#wanted = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#working = this.#run().finally(() => {
      this.#busy = false;
    });
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.stopping.aborted) {
      this.#wanted = false;
      await this.#work();
    }
  }
}
