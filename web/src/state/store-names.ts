import { idsText } from '../../../src/lib/id-list.ts';
import { call } from './api.ts';
import { useLoad } from './load.ts';

/** Ids in one request. */
const MOST = 100;

/** The names of some stores, by ID; those without a name are missing, and all are until they have loaded. */
export function useStoreNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(ids)].sort().slice(0, MOST);
  const { data = [] } = useLoad(`store names ${JSON.stringify(wanted)}`, async (signal) => {
    if (wanted.length === 0) return [];
    const query = { store_id: wanted.map((id) => idsText([id])), limit: 500 };
    return (await call('GET /api/v1/stores', { query, signal })).items;
  });
  return new Map(data.flatMap(({ store_id, name }) => (name === null ? [] : [[store_id, name]])));
}
