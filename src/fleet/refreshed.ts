import { elapsed } from '../lib/world/clocks.ts';

export interface RefreshedParts<T> {
  make(): Promise<T>;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** For so long a value is as good as new, milliseconds. */
  readonly fresh: number;
  /** For so long it may be given while the next one is made. */
  readonly stale: number;
  /** Told when the next one cannot be made while the old one is still given. */
  readonly onError: (error: unknown) => void;
}

/** However long a value takes to make, this share of the time at most goes into making it. */
const SHARE = 1 / 10;

/**
 * A value that is made again when it has aged and somebody asks. Whoever asks meanwhile gets the old one at once;
 * it is never made twice at the same time.
 */
export class Refreshed<T> {
  readonly #parts: RefreshedParts<T>;
  #made: { readonly value: T; readonly at: number; readonly fresh: number } | undefined;
  #making: Promise<T> | undefined;

  constructor(parts: RefreshedParts<T>) {
    this.#parts = parts;
  }

  async get(): Promise<T> {
    const made = this.#made;
    if (made === undefined) return this.#make();
    const age = this.#parts.now() - made.at;
    if (age < made.fresh) return made.value;
    const making = this.#make();
    if (age >= made.fresh + this.#parts.stale) return making;
    making.catch(this.#parts.onError);
    return made.value;
  }

  #make(): Promise<T> {
    this.#making ??= this.#remake().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #remake(): Promise<T> {
    const at = this.#parts.now();
    const started = elapsed();
    const value = await this.#parts.make();
    const fresh = Math.max(this.#parts.fresh, (elapsed() - started) / SHARE);
    this.#made = { value, at, fresh };
    return value;
  }
}
