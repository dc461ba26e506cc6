import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import type { StoreFacts } from '../domain/alerts/facts.ts';
import { totalWithin } from '../domain/interval.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import type { IncidentRecord } from '../storage/ports/alerts.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import { rangeAround } from './store-incidents.ts';

/** The polls that a message shows of a store. */
const POLLS_SHOWN = 5;

/** What messages say about the store of an incident; `undefined`: it is deleted. */
export async function storeFacts(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  { storeId = '', since, upAt }: IncidentRecord,
  now: number,
): Promise<StoreFacts | undefined> {
  const store = fleet.directory.byId.get(storeId);
  if (store === undefined) return undefined;
  const { id, key, name, labels, zone = DEFAULT_ZONE } = store;
  const { from } = rangeAround(now);
  const { base, schedule } = fleet.over(Math.min(from, since), now);
  const open = schedule.openIntervals(key - base, since, now);
  const polls = await snapshot.lastPolls(key, from, now, POLLS_SHOWN);
  return {
    ...{ id, name, labels, zone, downSince: since, upSince: upAt },
    lost: totalWithin(open, since, upAt ?? now),
    polls: polls.map(({ instant, active, reason }) => ({ at: instant, active, reason })),
  };
}
