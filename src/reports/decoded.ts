import type { ReportFigures } from './figures.ts';
import { Ordered } from './rows.ts';

/** So many stores of decoded results are kept, about 150 bytes each; one result in any case. */
const STORES_KEPT = 300_000;

/** The results that were looked at last, decoded, so that a page of one is there at once. */
export class DecodedResults {
  readonly #results = new Map<string, Promise<Ordered>>();
  readonly #sizes = new Map<string, number>();

  /** @param load reads the figures when they are not here */
  get(id: string, load: () => Promise<ReportFigures>): Promise<Ordered> {
    const found = this.#results.get(id) ?? this.#load(id, load);
    // What was asked for last stands last.
    this.#results.delete(id);
    this.#results.set(id, found);
    return found;
  }

  forget(id: string): void {
    this.#results.delete(id);
    this.#sizes.delete(id);
  }

  async #load(id: string, load: () => Promise<ReportFigures>): Promise<Ordered> {
    try {
      const figures = await load();
      if (this.#results.has(id)) this.#sizes.set(id, figures.ids.length);
      this.#shrink(id);
      return new Ordered(figures);
    } catch (error) {
      this.forget(id);
      throw error;
    }
  }

  #shrink(keep: string): void {
    let stores = 0;
    for (const size of this.#sizes.values()) stores += size;
    for (const id of [...this.#results.keys()]) {
      if (stores <= STORES_KEPT) return;
      if (id === keep) continue;
      stores -= this.#sizes.get(id) ?? 0;
      this.forget(id);
    }
  }
}
