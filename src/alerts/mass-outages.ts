import { explainOutage, FEWEST_DOWN, isOutageOver, type LabelCensus } from '../domain/alerts/mass-outage.ts';
import { newId } from '../lib/world/random.ts';
import type { AlertRuleRecord, IncidentRecord } from '../storage/ports/alerts.ts';
import type { Directory, StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';
import type { States } from '../stores/states.ts';
import type { Draft } from './draft.ts';
import { NEW_INCIDENT } from './new-incident.ts';
import { appliesTo } from './store-incidents.ts';
import type { UsualDowntime, UsualShare } from './usual-downtime.ts';

export interface MassOutageParts {
  readonly directory: Directory;
  /** The present states of the stores. */
  readonly states: () => Promise<States>;
  readonly usual: UsualDowntime;
}

/** What the mass outages of a rule are decided by. */
interface Scene {
  readonly rule: AlertRuleRecord;
  readonly byId: ReadonlyMap<string, StoreEntry>;
  /** The stores of the rule that are scheduled open and observed. */
  readonly observed: readonly StoreEntry[];
  readonly usual: UsualShare;
}

/** More mass outages of a rule at a time than any fleet has. */
const MOST_AT_ONCE = 20;

/**
 * Opens, extends and ends the mass outages of all rules. The incidents of a mass outage share its messages and have
 * none of their own.
 */
export async function stepMassOutages(draft: Draft, { directory, states, usual }: MassOutageParts): Promise<void> {
  for (const rule of draft.rules.values()) {
    const outages = draft.open().filter(({ ruleId, kind }) => ruleId === rule.id && kind === 'mass_outage');
    if (outages.length === 0 && freeIncidents(draft, rule).length < FEWEST_DOWN) continue;
    const present = await states();
    const observed = directory.entries.filter((store) => {
      if (!appliesTo(rule, store)) return false;
      const { state } = present.of(store);
      return state === 'online' || state === 'offline';
    });
    const scene = { rule, byId: directory.byId, observed, usual: await usual.of(rule.id, draft.now) };
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

/** Makes incidents of its stores a part of a mass outage. */
function join(draft: Draft, { rule, byId }: Scene, outage: IncidentRecord): void {
  for (const { id, storeId = '' } of freeIncidents(draft, rule)) {
    const store = byId.get(storeId);
    if (store === undefined || !isAffected(outage, store)) continue;
    draft.change(id, { parentId: outage.id });
    draft.note(id, 'joined', { incident_id: outage.id });
  }
}

/** While its stores are closed, a mass outage goes on, like their incidents. */
function endIfOver(draft: Draft, { observed, usual }: Scene, outage: IncidentRecord): void {
  const members = draft.open().filter(({ parentId }) => parentId === outage.id);
  const affected = observed.filter((store) => isAffected(outage, store));
  const ids = new Set(affected.map(({ id }) => id));
  const down = members.filter(({ storeId = '' }) => ids.has(storeId)).length;
  const isDecided = members.length === 0 || affected.length >= FEWEST_DOWN;
  if (!isDecided || !isOutageOver({ stores: affected.length, down, usual: usual(affected) })) return;
  draft.change(outage.id, { resolvedAt: draft.now, upAt: draft.now, resolution: 'recovered' });
  draft.note(outage.id, 'resolved', { resolution: 'recovered', still_down: members.length });
}

/** Opens a mass outage if there is one; returns whether. */
function openOne(draft: Draft, scene: Scene): boolean {
  const { rule, observed, usual, byId } = scene;
  const elsewhere = new Set(
    draft.open().flatMap(({ ruleId, parentId, storeId }) => (ruleId === rule.id && parentId ? [storeId] : [])),
  );
  const stores = observed.filter(({ id }) => !elsewhere.has(id));
  const free = new Set(freeIncidents(draft, rule).map(({ storeId }) => storeId));
  const isDown = ({ id }: StoreEntry) => free.has(id);
  const census = (label: string, value: string, own: readonly StoreEntry[]): LabelCensus => ({
    ...{ label, value, stores: own.length, down: own.filter(isDown).length, usual: usual(own) },
  });
  const values = byValue(stores, isDown).map(([label, value, own]) => census(label, value, own));
  const found = explainOutage(census('', '', stores), values);
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
    since: Math.min(...affected.map(({ since }) => since)),
  };
  draft.add(outage);
  join(draft, scene, outage);
  return true;
}

/** The stores with each label value that enough stores that are down have. */
function byValue(
  stores: readonly StoreEntry[],
  isDown: (store: StoreEntry) => boolean,
): (readonly [label: string, value: string, stores: readonly StoreEntry[]])[] {
  const counts = new Map<string, number>();
  for (const store of stores) {
    if (!isDown(store)) continue;
    for (const label of Object.entries(store.labels)) {
      const key = JSON.stringify(label);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const found = new Map<string, StoreEntry[]>();
  for (const [key, count] of counts) if (count >= FEWEST_DOWN) found.set(key, []);
  for (const store of found.size === 0 ? [] : stores) {
    for (const label of Object.entries(store.labels)) found.get(JSON.stringify(label))?.push(store);
  }
  return [...found].map(([key, own]) => {
    const [label, value] = JSON.parse(key) as [string, string];
    return [label, value, own];
  });
}
