/** A map that remembers so many entries, those that were set last. */
export class RecentMap<T> {
  readonly #atMost: number;
  /** In the order in which they were set. */
  readonly #entries = new Map<string, T>();

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#atMost) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
