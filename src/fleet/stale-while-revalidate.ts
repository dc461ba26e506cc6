export interface StaleWhileRevalidateParts<T> {
  compute(): Promise<T>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
  /** Milliseconds for which a value is fresh. */
  readonly fresh: number;
  /** Milliseconds after that for which the stale value is returned while a new one is computed. */
  readonly stale: number;
  /** Called when a computation fails while the stale value is still returned. */
  readonly onError: (error: unknown) => void;
}

/** The greatest share of the time that goes into computing: a slow value stays fresh for longer. */
const GREATEST_SHARE = 1 / 10;

/**
 * A cached value. A call after it has expired starts a new computation, of which there is one at a time; meanwhile all
 * calls get the stale value.
 */
export class StaleWhileRevalidate<T> {
  readonly #parts: StaleWhileRevalidateParts<T>;
  #cached: { readonly value: T; readonly at: number; readonly fresh: number } | undefined;
  #computing: Promise<T> | undefined;
  #drops = 0;

  constructor(parts: StaleWhileRevalidateParts<T>) {
    this.#parts = parts;
  }

  /** @throws what `compute` throws, if there is no value that may be returned instead */
  async get(): Promise<T> {
    const cached = this.#cached;
    if (cached === undefined) return this.#compute();
    const age = this.#parts.elapsed() - cached.at;
    if (age < cached.fresh) return cached.value;
    const computing = this.#compute();
    if (age >= cached.fresh + this.#parts.stale) return computing;
    computing.catch(this.#parts.onError);
    return cached.value;
  }

  /** Drops the value, and does not keep that of a computation that is running. */
  drop(): void {
    this.#drops++;
    this.#cached = undefined;
    this.#computing = undefined;
  }

  #compute(): Promise<T> {
    if (this.#computing !== undefined) return this.#computing;
    const computing = this.#replace().finally(() => {
      if (this.#computing === computing) this.#computing = undefined;
    });
    this.#computing = computing;
    return computing;
  }

  async #replace(): Promise<T> {
    const drops = this.#drops;
    const at = this.#parts.elapsed();
    const value = await this.#parts.compute();
    const fresh = Math.max(this.#parts.fresh, (this.#parts.elapsed() - at) / GREATEST_SHARE);
    if (drops === this.#drops) this.#cached = { value, at, fresh };
    return value;
  }
}
