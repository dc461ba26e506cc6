import { call } from './api.ts';

/** IDs per request, at most as many as the API accepts. */
const CHUNK = 100;

/** More than the IDs of one request: an ID with a comma or a space also matches the stores that its parts name. */
const LIMIT = 500;

/** Those of these IDs that no store has, in their order. */
export async function missingStores(ids: readonly string[], signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  for (let from = 0; from < ids.length; from += CHUNK) {
    const query = { store_id: ids.slice(from, from + CHUNK), sort: 'id', limit: LIMIT } as const;
    const { items } = await call('GET /api/v1/stores', { query, signal });
    for (const { store_id } of items) found.add(store_id);
  }
  return ids.filter((id) => !found.has(id));
}
