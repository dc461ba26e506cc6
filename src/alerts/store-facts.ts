import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import type { StoreFacts } from '../domain/alerts/facts.ts';
import { lostStretches } from '../domain/alerts/run.ts';
import { endOfStretch, type Intervals, total } from '../domain/interval.ts';
import { amountText } from '../domain/sales/money.ts';
import { staleAfter } from '../domain/staleness.ts';
import type { ReadPlanned } from '../fleet/planned.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import type { IncidentRecord } from '../storage/ports/alerts.ts';
import type { SalesRatesRecord } from '../storage/ports/sales-rates.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { estimatedLoss } from './estimated-loss.ts';
import { beganEarlier, NO_INSTANTS, rangeAround } from './store-incidents.ts';

/** The polls that a message shows of a store. */
const POLLS_SHOWN = 5;

export interface StoreFactsParts {
  readonly snapshot: Snapshot;
  readonly fleet: FleetSchedule;
  readonly planned: ReadPlanned;
  /** `undefined`: what downtime cost is not asked for. */
  readonly salesRates?: SalesRatesRecord;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/**
 * What messages say about the store of an incident; `undefined`: it is deleted.
 *
 * @param next the open incident with which the store is down again after this one
 */
export async function storeFacts(
  parts: StoreFactsParts,
  incident: IncidentRecord,
  now: number,
  next?: IncidentRecord,
): Promise<StoreFacts | undefined> {
  const { storeId = '', since, upAt } = incident;
  const store = parts.fleet.directory.byId.get(storeId);
  if (store === undefined) return undefined;
  const { id, key, name, labels, zone = DEFAULT_ZONE } = store;
  const plannedUntil = endOfStretch((await parts.planned(parts.fleet, now, now))(store), now);
  const lost = await lostSince(parts, store, since, upAt ?? now);
  const { salesRates } = parts;
  const loss = salesRates && (await estimatedLoss({ ...parts, salesRates }, store, lost, now));
  const polls = await parts.snapshot.lastPolls(key, rangeAround(now).from, now, POLLS_SHOWN);
  return {
    ...{ id, name, labels, zone, downSince: since, upSince: upAt },
    ...(beganEarlier(incident) && { beganEarlier: true }),
    ...(next !== undefined && { downAgainSince: next.since }),
    ...(plannedUntil !== undefined && { plannedUntil }),
    lost: total(lost),
    ...(loss && {
      estimatedLoss: { amount: Number(amountText(loss.minor, loss.currency)), currency: loss.currency },
    }),
    polls: polls.map(({ instant, active, reason }) => ({ at: instant, active, reason })),
  };
}

/** The downtime that polls have seen, so that a message never claims a time of which nothing is known; milliseconds. */
async function lostSince(
  { snapshot, fleet, planned, pollInterval }: StoreFactsParts,
  store: StoreEntry,
  since: number,
  until: number,
): Promise<Intervals> {
  const { from } = rangeAround(since);
  const { base, schedule } = fleet.over(from, until);
  const polls = await snapshot.polls(store.key, store.key + 1, from, until);
  const view = {
    ...{ at: until, open: schedule.openIntervals(store.key - base, from, until) },
    unknown: schedule.unknownIntervals(store.key - base),
    planned: (await planned(fleet, from, until))(store),
    ...{ polls, first: 0, last: polls.length, reasons: NO_INSTANTS, staleAfter: staleAfter(pollInterval) },
  };
  return lostStretches(view, since, until);
}
