import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which other work of the process gets its turn. */
const SLICE = 8;

/** Keeps long computations from holding up whoever else waits for this process. */
export class Pace {
  #since = performance.now();

  /** To be awaited now and then; lets others have their turn when it is time. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#since < SLICE) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
