/** The keys of stores by their ids, as far as somebody has asked for them. A store keeps its key for ever. */
export class StoreKeys {
  readonly #keys = new Map<string, number>();

  get(id: string): number | undefined {
    return this.#keys.get(id);
  }

  /** Those of the ids whose key is not known, each once. */
  missing(lists: readonly (readonly string[])[]): string[] {
    const found = new Set<string>();
    for (const ids of lists) for (const id of ids) if (!this.#keys.has(id)) found.add(id);
    return [...found];
  }

  /** To be told once they are committed: a key that is rolled back may be given to another store. */
  learn(keys: ReadonlyMap<string, number>): void {
    for (const [id, key] of keys) this.#keys.set(id, key);
  }
}
