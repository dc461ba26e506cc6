import type { StoreCensus } from '../../../src/storage/ports/import-session.ts';
import type { Store, View } from './data.ts';

/** Counts the stores that are not deleted, by the feeds that name them. */
export function census(view: View): StoreCensus {
  const stores = [...view.table('stores').values()].filter(({ deleted }) => !deleted);
  const count = (matches: (store: Store) => boolean) => stores.filter(matches).length;
  const hasHours = ({ hours }: Store) => hours.length > 0;
  const hasZone = ({ zone }: Store) => zone !== null;
  return {
    polled: count(isPolled),
    withHours: count((store) => isPolled(store) && hasHours(store)),
    withZone: count((store) => isPolled(store) && hasZone(store)),
    hoursOnly: count((store) => !isPolled(store) && hasHours(store)),
    zoneOnly: count((store) => !isPolled(store) && hasZone(store)),
  };
}

export function isPolled({ firstPoll }: Store): boolean {
  return firstPoll !== undefined;
}
