import { zoneBetween } from '../calendar/tzdb.ts';
import { flushOf, type GroupMember, groupKey, nextFlush } from '../domain/alerts/grouping.ts';
import { replay } from '../domain/alerts/replay.ts';
import type { StoreView } from '../domain/alerts/run.ts';
import { DAY, HOUR } from '../domain/hours.ts';
import { staleAfter } from '../domain/staleness.ts';
import { POLL_REACH } from '../domain/window.ts';
import { instantOf, wallAt } from '../domain/zone.ts';
import type { PlannedDowntime } from '../fleet/planned.ts';
import { type FleetSchedule, keysOf } from '../fleet/schedules.ts';
import { walkStores } from '../fleet/walk.ts';
import { addTo } from '../lib/lists.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';
import type { GivenRule } from './rules.ts';

export interface BacktestParts {
  readonly snapshot: Snapshot;
  readonly fleet: FleetSchedule;
  readonly planned: PlannedDowntime;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/** An incident that a rule would have opened. Milliseconds. */
export interface PastIncident {
  readonly storeId: string;
  readonly openedAt: number;
  /** When the store was found up again; `undefined`: it was not. */
  readonly resolvedAt: number | undefined;
}

/** What a rule would have done. */
export interface Backtest {
  readonly from: number;
  readonly to: number;
  /** The stores that the rule applies to. */
  readonly stores: number;
  /** Earliest first. */
  readonly incidents: readonly PastIncident[];
  /** Messages that a recipient of all of them would have got. */
  readonly messages: number;
  /** How many messages on each local date; the first and the last day are parts. */
  readonly days: readonly { readonly from: number; readonly messages: number }[];
}

/** How far back a backtest goes, milliseconds. */
export const BACKTEST_PERIOD = 7 * DAY;

/** The incidents that ended within an hour. */
export function shortIncidents({ incidents }: Pick<Backtest, 'incidents'>): PastIncident[] {
  return incidents.filter(({ openedAt, resolvedAt }) => resolvedAt !== undefined && resolvedAt - openedAt <= HOUR);
}

/**
 * Replays the polls of the last week, each at its own instant, against a rule. Escalations, acknowledgements and mass
 * outages are left out.
 *
 * @param to milliseconds
 * @param zone the time zone of the days
 */
export async function backtest(
  { rule, labels, grouping }: Pick<GivenRule, 'rule' | 'labels' | 'grouping'>,
  { snapshot, fleet, planned, pollInterval }: BacktestParts,
  to: number,
  zone: string,
): Promise<Backtest> {
  const from = to - BACKTEST_PERIOD;
  const stores = fleet.directory.entries.filter((store) => hasLabels(store, Object.entries(labels)));
  const range = { from: from - POLL_REACH, to: to + DAY };
  const { base, end } = keysOf(stores);
  const reasons = new Map<number, Set<number>>();
  for (const { store, instant } of await snapshot.pollReasons(base, end, from, to)) {
    for (const [i, index] of store.entries()) {
      reasons.set(base + index, (reasons.get(base + index) ?? new Set()).add(instant[i] as number));
    }
  }
  const found: (PastIncident & { readonly group: string })[] = [];
  const visit = (store: StoreEntry, view: Omit<StoreView, 'at'>) => {
    const group = groupKey(grouping.by, store.labels);
    for (const { openedAt, resolvedAt } of replay(rule, view, from, to)) {
      found.push({ storeId: store.id, openedAt, resolvedAt, group });
    }
  };
  await walkStores(
    ...([snapshot, fleet, stores, range, pollInterval] as const),
    (store, open, polls, first, last, _firstPoll, unknown) =>
      visit(store, {
        ...{ open, unknown, planned: planned(store), polls, first, last },
        ...{ reasons: reasons.get(store.key) ?? new Set(), staleAfter: staleAfter(pollInterval) },
      }),
  );
  const incidents = found.sort((a, b) => a.openedAt - b.openedAt || (a.storeId < b.storeId ? -1 : 1));
  const groups = new Map<string, PastIncident[]>();
  for (const incident of incidents) addTo(groups, incident.group, incident);
  const sent = [...groups.values()].flatMap((group) => messageTimes(grouping, group, to));
  const starts = [from, ...midnightsWithin(zone, from, to)];
  const days = starts.map((start, day) => {
    const next = starts[day + 1] ?? Number.POSITIVE_INFINITY;
    return { from: start, messages: sent.filter((at) => at >= start && at < next).length };
  });
  return { from, to, stores: stores.length, incidents, messages: sent.length, days };
}

/** The local midnights after `from` and before `to`. */
function midnightsWithin(zone: string, from: number, to: number): number[] {
  const rules = zoneBetween(zone, from - DAY, to + DAY);
  const first = Math.floor(wallAt(rules, from) / DAY);
  const dates = Math.ceil((to - from) / DAY) + 1;
  return Array.from({ length: dates }, (_, i) => instantOf(rules, (first + i + 1) * DAY)).filter(
    (instant) => instant > from && instant < to,
  );
}

/** When a group would have sent a message. */
function messageTimes(grouping: GivenRule['grouping'], incidents: readonly PastIncident[], to: number): number[] {
  const sent: number[] = [];
  let members: (GroupMember & { readonly end: number | undefined })[] = [];
  let next = 0;
  let sentAt: number | undefined;
  const comingEvents = () => [
    incidents[next]?.openedAt ?? Number.POSITIVE_INFINITY,
    ...members.map(({ end = Number.POSITIVE_INFINITY, resolvedAt }) =>
      resolvedAt === undefined ? end : Number.POSITIVE_INFINITY,
    ),
    nextFlush(grouping, sentAt, members),
  ];
  for (let now = Math.min(...comingEvents()); now <= to; now = Math.min(...comingEvents())) {
    for (; (incidents[next]?.openedAt ?? Number.POSITIVE_INFINITY) <= now; next++) {
      const { openedAt, resolvedAt: end } = incidents[next] as PastIncident;
      members.push({ said: 'nothing', saidAt: undefined, openedAt, resolvedAt: undefined, quiet: false, end });
    }
    members = members.map((member) =>
      member.end !== undefined && member.end <= now ? { ...member, resolvedAt: member.end } : member,
    );
    members = members.filter(({ said, resolvedAt }) => said !== 'nothing' || resolvedAt === undefined);
    const flush = flushOf(grouping, sentAt, members, now);
    if (flush === undefined) continue;
    // The beginnings, the ends and the repeats are a message each.
    for (const part of [flush.opened, flush.resolved, flush.reminded]) if (part.length > 0) sent.push(now);
    const [opened, resolved] = [new Set(flush.opened), new Set(flush.resolved)];
    const reminded = new Set(flush.reminded);
    members = members
      .filter((member) => !resolved.has(member))
      .map((member) =>
        opened.has(member) || reminded.has(member) ? { ...member, said: 'opened', saidAt: now } : member,
      );
    sentAt = now;
  }
  return sent;
}
