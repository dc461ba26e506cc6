import { explainOutage, FEWEST_DOWN, isOutageOver, type LabelCensus } from '../domain/alerts/mass-outage.ts';
import { newId } from '../lib/world/random.ts';
import type { AlertRuleRecord, IncidentRecord } from '../storage/ports/alerts.ts';
import type { Directory, StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';
import type { States } from '../stores/states.ts';
import type { Draft } from './draft.ts';
import { NEW_INCIDENT } from './new-incident.ts';
import { type LabelValue, type ObservedStores, observedStores } from './observed-stores.ts';
import type { UsualDowntime, UsualShare } from './usual-downtime.ts';

export interface MassOutageParts {
  readonly directory: Directory;
  /** The present states of the stores. */
  readonly states: () => Promise<States>;
  readonly usual: UsualDowntime;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
  /** Also looks at rules none of whose incidents has changed: their other stores may have. */
  readonly always: boolean;
}

/** What the mass outages of a rule are decided by. */
interface Scene {
  readonly rule: AlertRuleRecord;
  readonly byId: ReadonlyMap<string, StoreEntry>;
  readonly observed: ObservedStores;
  readonly usual: UsualShare;
  readonly pollInterval: number;
}

/** More mass outages of a rule at a time than any fleet has. */
const MOST_AT_ONCE = 20;

/**
 * Opens, extends and ends the mass outages of all rules. The incidents of a mass outage share its messages and have
 * none of their own.
 */
export async function stepMassOutages(
  draft: Draft,
  { directory, states, usual, pollInterval, always }: MassOutageParts,
): Promise<void> {
  for (const rule of draft.rules.values()) {
    const outages = draft.open().filter(({ ruleId, kind }) => ruleId === rule.id && kind === 'mass_outage');
    if (outages.length === 0 && freeIncidents(draft, rule).length < FEWEST_DOWN) continue;
    if (!always && !draft.hasChanges(rule.id)) continue;
    const observed = observedStores(rule, directory.entries, await states());
    const scene = { rule, byId: directory.byId, observed, usual: await usual.of(rule.id, draft.now), pollInterval };
    for (const outage of outages) {
      join(draft, scene, outage);
      endIfOver(draft, scene, outage);
    }
    for (let count = outages.length; count < MOST_AT_ONCE && openOne(draft, scene); count++);
  }
}

/** Whether a store is among those that a mass outage is about. */
export function isAffected({ label = '', value = '' }: Pick<IncidentRecord, 'label' | 'value'>, store: StoreEntry) {
  return label === '' || hasLabels(store, [[label, value]]);
}

/** The open incidents of the stores of a rule that are in no mass outage. */
function freeIncidents(draft: Draft, { id }: AlertRuleRecord): IncidentRecord[] {
  return draft
    .open()
    .filter(({ ruleId, storeId, parentId }) => ruleId === id && storeId !== undefined && parentId === undefined);
}

/**
 * Makes incidents of its stores a part of a mass outage, but not those of stores that had been down for long: the last
 * poll that found a store up may have been two intervals earlier than that of another one.
 */
function join(draft: Draft, { rule, byId, pollInterval }: Scene, outage: IncidentRecord): void {
  for (const { id, storeId = '', since } of freeIncidents(draft, rule)) {
    const store = byId.get(storeId);
    if (store === undefined || !isAffected(outage, store) || since < outage.since - 2 * pollInterval) continue;
    draft.change(id, { parentId: outage.id, outageId: outage.id });
    draft.note(id, 'joined', { incident_id: outage.id });
  }
}

/** While its stores are closed, a mass outage goes on, like their incidents. */
function endIfOver(draft: Draft, scene: Scene, outage: IncidentRecord): void {
  const { observed, usual } = scene;
  const members = draft.open().filter(({ parentId }) => parentId === outage.id);
  const affected = observed.with({ label: outage.label ?? '', value: outage.value ?? '' });
  const down = storesOf(members, scene).filter((store) => isAffected(outage, store)).length;
  const isDecided = members.length === 0 || affected.length >= FEWEST_DOWN;
  if (!isDecided || !isOutageOver({ stores: affected.length, down, usual: usual(affected) })) return;
  draft.change(outage.id, { resolvedAt: draft.now, upAt: draft.now, resolution: 'recovered' });
  draft.note(outage.id, 'resolved', { resolution: 'recovered', still_down: members.length });
}

/** Opens a mass outage if there is one; returns whether. */
function openOne(draft: Draft, scene: Scene): boolean {
  const { rule, observed, usual, byId, pollInterval } = scene;
  const parts = draft.open().filter(({ ruleId, parentId }) => ruleId === rule.id && parentId !== undefined);
  const elsewhere = storesOf(parts, scene);
  const down = storesOf(freeIncidents(draft, rule), scene);
  const census = ({ label, value }: LabelValue): LabelCensus => {
    const own = observed.with({ label, value });
    const isOwn = (store: StoreEntry) => isAffected({ label, value }, store);
    const others = elsewhere.filter(isOwn).length;
    return { label, value, stores: own.length - others, down: down.filter(isOwn).length, usual: usual(own) };
  };
  const found = explainOutage(census({ label: '', value: '' }), commonValues(down).map(census));
  if (found === undefined) return false;
  const { label, value } = found;
  const affected = freeIncidents(draft, rule).filter(({ storeId = '' }) => {
    const store = byId.get(storeId);
    return store !== undefined && isAffected({ label, value }, store);
  });
  const id = newId();
  const outage: IncidentRecord = {
    ...NEW_INCIDENT,
    ...{ id, ruleId: rule.id, ruleName: rule.name, severity: rule.severity, storeId: undefined },
    ...{ kind: 'mass_outage', label, value, openedAt: draft.now, groupId: id },
    since: startOf(
      affected.map(({ since }) => since),
      pollInterval,
    ),
  };
  draft.add(outage);
  join(draft, scene, outage);
  return true;
}

/**
 * When a mass outage began: the earliest time since when one of its stores is down, without those that had been down
 * before. Between these and the others, there is a polling interval or more in which no store went down.
 */
function startOf(since: readonly number[], pollInterval: number): number {
  const latestFirst = since.toSorted((a, b) => b - a);
  const gap = latestFirst.findIndex((at, i) => i > 0 && (latestFirst[i - 1] as number) - at >= pollInterval);
  return latestFirst.at(gap === -1 ? -1 : gap - 1) as number;
}

/** The observed stores of incidents. */
function storesOf(incidents: readonly IncidentRecord[], { observed, byId }: Scene): StoreEntry[] {
  return incidents.flatMap(({ storeId = '' }) => {
    const store = byId.get(storeId);
    return store !== undefined && observed.has(store) ? [store] : [];
  });
}

/** The label values that enough of these stores have. */
function commonValues(down: readonly StoreEntry[]): LabelValue[] {
  const counts = new Map<string, number>();
  for (const { labels } of down) {
    for (const label of Object.entries(labels)) {
      const key = JSON.stringify(label);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([key, count]) => {
    const [label, value] = JSON.parse(key) as [string, string];
    return count >= FEWEST_DOWN ? [{ label, value }] : [];
  });
}
