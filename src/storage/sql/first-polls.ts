/**
 * A statement that moves the first polls of stores back to those that came in. They never move on: that a store was
 * polled stays true when old polls are pruned.
 *
 * @param seen a table or query `(store_key, first_ms)`: of each store the earliest poll that came in, milliseconds
 */
export function movingFirstPollsBack(seen: string): string {
  return `
    update stores set first_poll_ms = seen.first_ms from ${seen} seen
    where stores.store_key = seen.store_key and coalesce(stores.first_poll_ms > seen.first_ms, true)`;
}
