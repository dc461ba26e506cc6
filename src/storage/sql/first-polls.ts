/**
 * A statement that moves the first polls of stores back to earlier incoming ones. They never move forward, also when
 * old polls are pruned.
 *
 * @param seen a table or query `(store_key, first_ms)`: the earliest incoming poll of each store, milliseconds
 */
export function movingFirstPollsBack(seen: string): string {
  return `
    update stores set first_poll_ms = seen.first_ms from ${seen} seen
    where stores.store_key = seen.store_key and coalesce(stores.first_poll_ms > seen.first_ms, true)`;
}
