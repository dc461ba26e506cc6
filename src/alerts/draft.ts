import type { NotificationFacts } from '../domain/alerts/facts.ts';
import { latestInstant } from '../domain/future.ts';
import { newId } from '../lib/world/random.ts';
import type {
  AlertChanges,
  AlertGroupRecord,
  AlertReader,
  AlertRuleRecord,
  IncidentEventKind,
  IncidentEventRecord,
  IncidentRecord,
} from '../storage/ports/alerts.ts';

/** Everything that an evaluation starts from, as of one revision of the alerts. */
export interface AlertData {
  readonly revision: number;
  readonly rules: readonly AlertRuleRecord[];
  /** Those that are open, or whose end was not said. */
  readonly incidents: readonly IncidentRecord[];
  readonly groups: readonly AlertGroupRecord[];
}

export async function readAlertData(alerts: AlertReader): Promise<AlertData> {
  const revision = await alerts.revision();
  return {
    revision,
    rules: await alerts.rules(),
    incidents: await alerts.liveIncidents(),
    groups: await alerts.groups(),
  };
}

/** A message to a contact point. */
export interface DraftMessage {
  readonly key: string;
  readonly contactPointId: string;
  readonly facts: NotificationFacts;
}

/**
 * What an evaluation changes, until it is committed as a whole. Its incidents are those of `AlertData`, with the changes
 * so far.
 */
export class Draft {
  readonly now: number;
  readonly revision: number;
  readonly rules: ReadonlyMap<string, AlertRuleRecord>;
  readonly #incidents: Map<string, IncidentRecord>;
  readonly #before: ReadonlyMap<string, IncidentRecord>;
  readonly #groups: Map<string, AlertGroupRecord>;
  readonly #changedGroups = new Set<string>();
  readonly #events: IncidentEventRecord[] = [];
  readonly #messages: DraftMessage[] = [];
  readonly #cancelled = new Map<string, string>();

  /** @param now milliseconds */
  constructor({ revision, rules, incidents, groups }: AlertData, now: number) {
    this.now = now;
    this.revision = revision;
    this.rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#before = new Map(incidents.map((incident) => [incident.id, incident]));
    this.#groups = new Map(groups.map((group) => [group.id, group]));
    this.#incidents = new Map(this.#before);
    this.#correctFuture();
  }

  get incidents(): Iterable<IncidentRecord> {
    return this.#incidents.values();
  }

  /** An incident as it was when the evaluation began; `undefined`: it is new. */
  before(id: string): IncidentRecord | undefined {
    return this.#before.get(id);
  }

  /** The incidents that are open now. */
  open(): IncidentRecord[] {
    return [...this.#incidents.values()].filter(({ resolvedAt }) => resolvedAt === undefined);
  }

  add(incident: IncidentRecord): void {
    this.#incidents.set(incident.id, incident);
    this.note(incident.id, 'opened', { kind: incident.kind });
  }

  /** Changes an incident, and returns it. */
  change(id: string, change: Partial<Omit<IncidentRecord, 'id' | 'version'>>): IncidentRecord {
    const changed = { ...(this.#incidents.get(id) as IncidentRecord), ...change };
    this.#incidents.set(id, changed);
    return changed;
  }

  /** Adds something to the timeline of an incident. */
  note(incidentId: string, kind: IncidentEventKind, detail: IncidentEventRecord['detail'] = {}): void {
    this.#events.push({ id: newId(), incidentId, at: this.now, kind, actorId: undefined, actor: undefined, detail });
  }

  group(id: string): AlertGroupRecord | undefined {
    return this.#groups.get(id);
  }

  saveGroup(group: AlertGroupRecord): void {
    this.#groups.set(group.id, group);
    this.#changedGroups.add(group.id);
  }

  send(message: DraftMessage): void {
    this.#messages.push(message);
  }

  /** Cancels the messages about an incident that were not sent yet. */
  cancelMessages(incidentId: string, reason: string): void {
    this.#cancelled.set(incidentId, reason);
  }

  /** Whether incidents of a rule were added or changed. */
  hasChanges(ruleId: string): boolean {
    return this.#changed().some((incident) => incident.ruleId === ruleId);
  }

  get isEmpty(): boolean {
    return this.#changed().length === 0 && this.#changedGroups.size === 0 && this.#messages.length === 0;
  }

  /** How many incidents opened and ended, and how many messages there are. */
  get summary(): { readonly opened: number; readonly resolved: number; readonly messages: number } {
    const changed = this.#changed();
    const opened = changed.filter(({ id }) => !this.#before.has(id)).length;
    const resolved = changed.filter(
      ({ id, resolvedAt }) => resolvedAt !== undefined && this.#before.get(id)?.resolvedAt === undefined,
    ).length;
    return { opened, resolved, messages: this.#messages.length };
  }

  /** Writes everything. To be called in a transaction at the same revision. */
  async save(changes: AlertChanges): Promise<void> {
    await changes.saveIncidents(
      this.#changed().map((incident) => {
        const before = this.#before.get(incident.id);
        return { ...incident, version: before === undefined ? 1 : before.version + 1 };
      }),
    );
    await changes.addEvents(this.#events);
    const groups = [...this.#changedGroups].flatMap((id) => this.#groups.get(id) ?? []);
    await changes.saveGroups(groups);
    for (const [id, reason] of this.#cancelled) await changes.deliveries.cancelDeliveries(id, reason, this.now);
    // Those of one instant are sent in the order of their ids.
    const ids = this.#messages.map(newId).sort();
    for (const [i, { key, contactPointId, facts }] of this.#messages.entries()) {
      await changes.deliveries.addDelivery({
        ...{ id: ids[i] as string, key, contactPointId, incidentId: facts.incidentId, kind: facts.kind, facts },
        ...{ notBefore: this.now, createdAt: this.now },
      });
    }
  }

  /**
   * A clock that was ahead may have written instants that are in the future of the right one. Messages would wait until
   * they come.
   */
  #correctFuture(): void {
    const latest = latestInstant(this.now);
    const isFuture = (instant: number | undefined) => instant !== undefined && instant > latest;
    for (const { id, openedAt, resolvedAt, saidAt } of this.#before.values()) {
      if (![openedAt, resolvedAt, saidAt].some(isFuture)) continue;
      this.change(id, {
        openedAt: Math.min(openedAt, this.now),
        ...(resolvedAt !== undefined && { resolvedAt: Math.min(resolvedAt, this.now) }),
        ...(saidAt !== undefined && { saidAt: Math.min(saidAt, this.now) }),
      });
    }
    for (const group of this.#groups.values()) {
      if (isFuture(group.sentAt)) this.saveGroup({ ...group, sentAt: this.now });
    }
  }

  #changed(): IncidentRecord[] {
    return [...this.#incidents.values()].filter((incident) => this.#before.get(incident.id) !== incident);
  }
}
