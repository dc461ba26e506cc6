/** A cache of store keys by id. The key of a store never changes. */
export class StoreKeys {
  readonly #keys = new Map<string, number>();

  get(id: string): number | undefined {
    return this.#keys.get(id);
  }

  /** The ids that are not cached, without duplicates. */
  missing(lists: readonly (readonly string[])[]): string[] {
    const found = new Set<string>();
    for (const ids of lists) for (const id of ids) if (!this.#keys.has(id)) found.add(id);
    return [...found];
  }

  /** Call it after the commit: a key that was rolled back may go to another store. */
  learn(keys: ReadonlyMap<string, number>): void {
    for (const [id, key] of keys) this.#keys.set(id, key);
  }
}
