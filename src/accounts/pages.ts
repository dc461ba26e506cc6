/** One page of a list and the position of the next one. */
export interface Page<T, P> {
  readonly items: readonly T[];
  /** `undefined` on the last page. */
  readonly next: P | undefined;
}

export interface PageRequest<P> {
  /** At least 1. */
  readonly limit: number;
  /** The `next` of the previous page. */
  readonly after?: P | undefined;
}

/**
 * Reads one page of a list.
 *
 * @param read returns up to `limit` items after a position
 * @param placeOf returns the position of an item
 */
export async function readPage<T, P>(
  { limit, after }: PageRequest<P>,
  read: (after: P | undefined, limit: number) => Promise<T[]>,
  placeOf: (item: T) => P,
): Promise<Page<T, P>> {
  const found = await read(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? placeOf(last) : undefined };
}
