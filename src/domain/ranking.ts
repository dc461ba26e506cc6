/** The first few of many items, in an order; of equal items the earlier comes first. */
export class Ranking<T> {
  readonly #limit: number;
  readonly #isBefore: (a: T, b: T) => boolean;
  readonly #items: T[] = [];

  /** @param isBefore whether `a` comes before `b`; of equal items neither does */
  constructor(limit: number, isBefore: (a: T, b: T) => boolean) {
    this.#limit = limit;
    this.#isBefore = isBefore;
  }

  /** In order, up to the limit. */
  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    let at = this.#items.length;
    while (at > 0 && this.#isBefore(item, this.#items[at - 1] as T)) at--;
    if (at === this.#limit) return;
    this.#items.splice(at, 0, item);
    if (this.#items.length > this.#limit) this.#items.pop();
  }
}
