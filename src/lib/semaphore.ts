/** Limits how many pieces of asynchronous work run at once. The others wait, first come first served. */
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

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#permits) this.#running++;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await work();
    } finally {
      // A waiting piece of work takes over this permit.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
