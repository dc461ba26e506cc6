import { elapsed } from '../lib/world/clocks.ts';

export interface StaleWhileRevalidateParts<T> {
  compute(): Promise<T>;
  /** The clock, milliseconds. */
  readonly now: () => number;
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

  constructor(parts: StaleWhileRevalidateParts<T>) {
    this.#parts = parts;
  }

  /** @throws what `compute` throws, if there is no value that may be returned instead */
  async get(): Promise<T> {
    const cached = this.#cached;
    if (cached === undefined) return this.#compute();
    const age = this.#parts.now() - cached.at;
    if (age < cached.fresh) return cached.value;
    const computing = this.#compute();
    if (age >= cached.fresh + this.#parts.stale) return computing;
    computing.catch(this.#parts.onError);
    return cached.value;
  }

  #compute(): Promise<T> {
    this.#computing ??= this.#replace().finally(() => {
      this.#computing = undefined;
    });
    return this.#computing;
  }

  async #replace(): Promise<T> {
    const at = this.#parts.now();
    const started = elapsed();
    const value = await this.#parts.compute();
    const fresh = Math.max(this.#parts.fresh, (elapsed() - started) / GREATEST_SHARE);
    this.#cached = { value, at, fresh };
    return value;
  }
}
