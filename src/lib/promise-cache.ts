import { LRUCache } from 'lru-cache';

/**
 * The results of the most recently used calls, by key. Concurrent calls with one key share a computation; one that fails
 * is not kept.
 */
export class PromiseCache<T> {
  readonly #limit: number;
  readonly #sizeOf: (value: T) => number;
  readonly #cache: LRUCache<string, Promise<T>>;

  /**
   * @param limit the greatest sum of sizes; a single result is kept even if it is larger
   * @param sizeOf the size of a result, at least 1; 1, if not given
   */
  constructor(limit: number, sizeOf: (value: T) => number = () => 1) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
    this.#cache = new LRUCache({ maxSize: limit });
  }

  get(key: string, compute: () => Promise<T>): Promise<T> {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const computed = compute();
    this.#cache.set(key, computed, { size: 1 });
    const isCurrent = () => this.#cache.peek(key) === computed;
    computed.then(
      (value) => {
        const size = Math.min(this.#limit, Math.max(1, this.#sizeOf(value)));
        if (size === 1 || !isCurrent()) return;
        // An entry keeps its size when it is set to the same value.
        this.#cache.delete(key);
        this.#cache.set(key, computed, { size });
      },
      () => {
        if (isCurrent()) this.#cache.delete(key);
      },
    );
    return computed;
  }

  delete(key: string): void {
    this.#cache.delete(key);
  }
}
