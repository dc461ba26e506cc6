import type { IncidentRecord } from '../storage/ports/alerts.ts';
import type { Directory } from '../stores/directory.ts';

/** The names of the stores of these incidents, by ID; those without a name are missing. */
export function storeNamesOf(
  incidents: readonly Pick<IncidentRecord, 'storeId'>[],
  { byId }: Pick<Directory, 'byId'>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { storeId } of incidents) {
    const name = storeId === undefined ? undefined : byId.get(storeId)?.name;
    if (storeId !== undefined && name !== undefined) names.set(storeId, name);
  }
  return names;
}
