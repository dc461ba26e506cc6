import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

/** Repeats some work: when it is woken, and at an interval. Never runs it twice at a time; a wake-up meanwhile repeats it. */
export class WorkLoop {
  readonly #work: () => Promise<void>;
  readonly #stopping = new AbortController();
  #timer: Timer | undefined;
  #working: Promise<void> = Promise.resolve();
  #wanted = false;
  #busy = false;

  /** @param work runs until nothing is left or `stopping` aborts, and handles its own errors */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Aborts when the loop is stopped; the work then ends, too. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** @param interval milliseconds */
  start(interval: number): void {
    this.#timer = every(interval, () => this.wake()).unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.#timer?.stop();
    this.#stopping.abort(new Error('the server is stopping'));
    await this.#working;
  }

  /** Says that there may be work. */
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
