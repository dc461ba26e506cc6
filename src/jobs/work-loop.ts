import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

/** Repeats some work at an interval and when woken. Runs never overlap; a wake-up during a run triggers another run. */
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

  /** Announces that there may be work. */
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
