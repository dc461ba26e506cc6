/** A part of a list, and the place behind which the next one begins. */
export interface Page<T, P> {
  readonly items: readonly T[];
  /** `undefined`: this was the last page. */
  readonly next: P | undefined;
}

export interface PageRequest<P> {
  /** At least 1. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: P | undefined;
}

/**
 * A page of a list that can be read from behind a place on.
 *
 * @param read at most so many items from behind a place on
 * @param placeOf where an item stands
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
