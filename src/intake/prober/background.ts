/** Runs work in the background, at most one of each name at a time. */
export class Background {
  readonly #running = new Map<string, Promise<void>>();

  get size(): number {
    return this.#running.size;
  }

  has(name: string): boolean {
    return this.#running.has(name);
  }

  /** Runs `work`, which must not reject, unless work of this name is running. */
  once(name: string, work: () => Promise<void>): void {
    if (this.#running.has(name)) return;
    this.#running.set(
      name,
      work().finally(() => this.#running.delete(name)),
    );
  }

  /** Resolves when the work that is running now has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }
}
