import { groupKey } from '../domain/alerts/grouping.ts';
import { type AlertState, evaluate, type Transition } from '../domain/alerts/incident.ts';
import type { StoreView } from '../domain/alerts/run.ts';
import { DAY } from '../domain/hours.ts';
import { type Intervals, totalWithin } from '../domain/interval.ts';
import { staleAfter } from '../domain/staleness.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { PlannedDowntime } from '../fleet/planned.ts';
import { type FleetSchedule, keysOf } from '../fleet/schedules.ts';
import { walkStores } from '../fleet/walk.ts';
import { newId } from '../lib/world/random.ts';
import type { AlertReader, AlertRuleRecord, IncidentRecord } from '../storage/ports/alerts.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';
import type { Draft } from './draft.ts';
import { groupIdOf, NEW_INCIDENT } from './new-incident.ts';

export interface StoreIncidentParts {
  readonly alerts: Pick<AlertReader, 'settled'>;
  readonly snapshot: Snapshot;
  readonly fleet: FleetSchedule;
  readonly planned: PlannedDowntime;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
}

/** The instants around `now` that decide about a store. */
export function rangeAround(now: number): { readonly from: number; readonly to: number } {
  return { from: now - POLL_REACH, to: now + DAY };
}

/** Whether the store was down at the earliest poll that was known when the incident opened: it may be down for longer. */
export function beganEarlier({ since, firstPoll }: IncidentRecord): boolean {
  return since === firstPoll;
}

/** Whether a rule is enabled and applies to a store. */
export function appliesTo({ enabled, labels }: AlertRuleRecord, store: StoreEntry): boolean {
  return enabled && hasLabels(store, Object.entries(labels));
}

/** Opens and resolves the incidents of these stores, by all rules. */
export async function stepStores(
  draft: Draft,
  { alerts, snapshot, fleet, planned, pollInterval }: StoreIncidentParts,
  stores: readonly StoreEntry[],
): Promise<void> {
  if (stores.length === 0) return;
  const { now } = draft;
  const rules = [...draft.rules.values()];
  const open = new Map(draft.open().map((incident) => [pair(incident.ruleId, incident.storeId), incident]));
  const settled = new Map<string, number>();
  for (const { ruleId, storeId, through } of await alerts.settled(stores.map(({ id }) => id))) {
    settled.set(pair(ruleId, storeId), through);
  }
  const limit = staleAfter(pollInterval);
  const reasons = await reasonInstants(snapshot, stores, now - limit, now);
  await walkStores(
    ...([snapshot, fleet, stores, rangeAround(now), pollInterval] as const),
    (store, intervals, polls, first, last, _firstPoll, unknown) => {
      const view: StoreView = {
        ...{ at: now, open: intervals, unknown, planned: planned(store), polls, first, last },
        ...{ reasons: reasons.get(store.key) ?? NO_INSTANTS, staleAfter: limit },
      };
      for (const rule of rules) {
        if (!appliesTo(rule, store)) continue;
        const key = pair(rule.id, store.id);
        const incident = open.get(key);
        const state: AlertState = {
          incident: incident && kernelIncident(incident),
          settledThrough: settled.get(key) ?? Number.NEGATIVE_INFINITY,
        };
        const { transition, state: next } = evaluate(rule.rule, view, state);
        if (transition?.kind === 'opened') {
          draft.add(openedIncident(now, rule, store, transition, view.planned));
        } else if (transition?.kind === 'resolved' && incident !== undefined) {
          draft.change(incident.id, {
            ...{ resolvedAt: now, upAt: Math.round(transition.at), resolution: 'recovered' },
            settledThrough: next.settledThrough,
          });
          draft.note(incident.id, 'resolved', { resolution: 'recovered' });
        }
      }
    },
  );
}

/**
 * Ends the incidents of rules and stores that are gone, and of stores that a rule does not apply to anymore, without
 * a message.
 */
export function dropOrphans(draft: Draft, byId: ReadonlyMap<string, StoreEntry>): void {
  for (const { id, ruleId, storeId } of draft.open()) {
    if (ruleId === undefined) continue;
    const rule = draft.rules.get(ruleId);
    const store = storeId === undefined ? undefined : byId.get(storeId);
    const applies = storeId === undefined ? rule?.enabled : rule && store && appliesTo(rule, store);
    if (applies === true) continue;
    draft.change(id, { resolvedAt: draft.now, resolution: 'dropped', said: 'resolved', saidAt: draft.now });
    draft.note(id, 'resolved', { resolution: 'dropped' });
    draft.cancelMessages(id, 'the alert rule no longer applies to it');
  }
}

export const NO_INSTANTS: ReadonlySet<number> = new Set();

/** The instants of inactive polls for which the platform says why, by the key of the store. */
async function reasonInstants(
  snapshot: Snapshot,
  stores: readonly StoreEntry[],
  from: number,
  to: number,
): Promise<Map<number, Set<number>>> {
  const { base, end } = keysOf(stores);
  const found = new Map<number, Set<number>>();
  for (const { store, instant } of await snapshot.pollReasons(base, end, from, to)) {
    for (const [i, index] of store.entries()) {
      const own = found.get(base + index) ?? new Set();
      found.set(base + index, own.add(instant[i] as number));
    }
  }
  return found;
}

/** The rule and the store of an incident, as a text that is equal for equal ones. */
export function pair(ruleId: string | undefined, storeId: string | undefined): string {
  return JSON.stringify([ruleId, storeId]);
}

function kernelIncident({ kind, since, firstPoll, openedBy }: IncidentRecord): AlertState['incident'] {
  if (kind !== 'down' && kind !== 'did_not_open') return undefined;
  return { kind, since, firstPoll: firstPoll ?? since, openedBy: openedBy ?? since };
}

function openedIncident(
  now: number,
  rule: AlertRuleRecord,
  store: StoreEntry,
  { incident }: Extract<Transition, { kind: 'opened' }>,
  planned: Intervals,
): IncidentRecord {
  return {
    ...NEW_INCIDENT,
    ...{ id: newId(), ruleId: rule.id, ruleName: rule.name, severity: rule.severity, storeId: store.id },
    ...{ kind: incident.kind, since: Math.round(incident.since), firstPoll: incident.firstPoll },
    ...{ openedBy: incident.openedBy, openedAt: now },
    groupId: groupIdOf(rule.id, groupKey(rule.grouping.by, store.labels)),
    afterPlanned: totalWithin(planned, incident.since, now) > 0,
  };
}
