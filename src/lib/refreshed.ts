/**
 * A value that is read again after it has changed: at most once in an interval, and after each change that this process
 * reports. Concurrent callers share one read.
 */
export class Refreshed<T> {
  readonly #read: (before: T | undefined) => Promise<T>;
  readonly #interval: number;
  readonly #elapsed: () => number;
  #value: T | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Changes that were reported, and how many of them the last read saw. */
  #changes = 0;
  #seen = 0;
  #reading: Promise<T> | undefined;

  /**
   * @param read gets the value that was read before, which it may return
   * @param interval milliseconds
   * @param elapsed the monotonic clock, milliseconds
   */
  constructor(read: (before: T | undefined) => Promise<T>, interval: number, elapsed: () => number) {
    this.#read = read;
    this.#interval = interval;
    this.#elapsed = elapsed;
  }

  /** The value, at most an interval old, with all changes that `changed` has reported. */
  async current(): Promise<T> {
    const wanted = this.#changes;
    if (this.#value !== undefined && this.#seen >= wanted && this.#elapsed() - this.#readAt < this.#interval) {
      return this.#value;
    }
    let value = await this.#share();
    while (this.#seen < wanted) value = await this.#share();
    return value;
  }

  /** The value of the last read; `undefined`: there was none. */
  get last(): T | undefined {
    return this.#value;
  }

  /** Reports a change, which all later calls of `current` will see. */
  changed(): void {
    this.#changes++;
  }

  #share(): Promise<T> {
    this.#reading ??= this.#readAgain().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAgain(): Promise<T> {
    const [changes, elapsed] = [this.#changes, this.#elapsed()];
    const value = await this.#read(this.#value);
    this.#value = value;
    this.#seen = changes;
    this.#readAt = elapsed;
    return value;
  }
}
