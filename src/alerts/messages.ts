import { type EscalationStep, stepsDue } from '../domain/alerts/escalation.ts';
import type { NotificationKind } from '../domain/alerts/facts.ts';
import { DEFAULT_GROUPING, flushOf, type Grouping, type GroupMember, unsaid } from '../domain/alerts/grouping.ts';
import { addTo } from '../lib/lists.ts';
import type { AlertRuleRecord, IncidentRecord } from '../storage/ports/alerts.ts';
import type { Draft } from './draft.ts';
import type { Recipient, Recipients } from './recipients.ts';

/** Something to say to one contact point. */
export interface Letter {
  readonly kind: NotificationKind;
  readonly recipient: Recipient;
  /** The message of the group that it is, by number. */
  readonly groupId: string;
  readonly number: number;
  /** Those that the recipient may be notified about. */
  readonly incidents: readonly IncidentRecord[];
  /** The open incidents of the mass outages among them. */
  readonly members: readonly IncidentRecord[];
  readonly rule: AlertRuleRecord | undefined;
}

export interface SpeakerParts {
  readonly recipients: Recipients;
  /** Whether the store of an incident is in planned downtime, so that nothing of it is repeated or escalated. */
  readonly isPlanned: (incident: IncidentRecord) => boolean;
}

/** Mass outages and blindness have messages of their own, without delay, and those about blindness are not repeated. */
const ALONE: Grouping = { ...DEFAULT_GROUPING, wait: 0, interval: 0 };

/**
 * What is to be said now: by each group that has something to say, and by escalation steps that are due. Incidents and
 * groups of the draft are changed as if it had been said.
 *
 * @param sees `false`: the monitor is blind, and says only that
 */
export async function speak(draft: Draft, parts: SpeakerParts, sees: boolean): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const { id, resolvedAt, parentId, said } of draft.incidents) {
    // A mass outage has one message for all of its stores.
    if (parentId !== undefined && resolvedAt !== undefined && said !== 'resolved')
      draft.change(id, { said: 'resolved' });
  }
  for (const [groupId, incidents] of groupsOf(draft)) {
    if (!sees && incidents.every(({ kind }) => kind !== 'blind')) continue;
    letters.push(...(await speakOfGroup(draft, parts, groupId, incidents)));
  }
  if (sees) letters.push(...(await tellOwnersOfJoined(draft, parts)), ...(await escalate(draft, parts)));
  return letters;
}

/** The incidents of a draft that are not part of a mass outage, by group. */
function groupsOf(draft: Draft): Map<string, IncidentRecord[]> {
  const groups = new Map<string, IncidentRecord[]>();
  for (const incident of draft.incidents) {
    if (incident.parentId !== undefined || incident.said === 'resolved') continue;
    addTo(groups, incident.groupId, incident);
  }
  return groups;
}

interface Member extends GroupMember {
  readonly incident: IncidentRecord;
}

async function speakOfGroup(
  draft: Draft,
  parts: SpeakerParts,
  groupId: string,
  incidents: readonly IncidentRecord[],
): Promise<Letter[]> {
  const { now } = draft;
  const [{ ruleId, kind }] = incidents as [IncidentRecord];
  const rule = ruleId === undefined ? undefined : draft.rules.get(ruleId);
  const members = incidents.map((incident): Member => {
    const { said, saidAt, openedAt, resolvedAt, acknowledgedAt, snoozedUntil = now } = incident;
    const quiet = acknowledgedAt !== undefined || snoozedUntil > now || parts.isPlanned(incident);
    return { incident, said, saidAt, openedAt, resolvedAt, quiet };
  });
  for (const { incident } of unsaid(members)) draft.change(incident.id, { said: 'resolved' });
  const group = draft.group(groupId) ?? { id: groupId, ruleId, sentAt: undefined, messages: 0 };
  const flush = flushOf(groupingOf(kind, rule), group.sentAt, members, now);
  if (flush === undefined) return [];
  const number = group.messages + 1;
  draft.saveGroup({ ...group, sentAt: now, messages: number });
  const post = new Post(draft, { groupId, number, rule });
  const [first] = rule?.steps ?? [];
  if (first?.owners === true)
    await parts.recipients.loadOwners(flush.opened.flatMap(({ incident }) => storesOf(draft, incident)));
  // That a store came up is sent before the message that it is down again.
  for (const { incident } of flush.resolved) {
    const to = await parts.recipients.named(incident.told);
    post.tell(incident.kind === 'blind' ? 'sight_returned' : 'resolved', to, incident);
    draft.change(incident.id, { said: 'resolved', saidAt: now });
    if (incident.kind === 'mass_outage' && rule !== undefined) await release(draft, parts, incident, rule);
  }
  for (const { incident } of flush.opened) {
    const to = await whomToTell(draft, parts, first, incident);
    const told = post.tell(openedKind(incident), to, incident);
    draft.change(incident.id, { said: 'opened', saidAt: now, told, step: 1 });
  }
  for (const { incident } of flush.reminded) {
    post.tell('reminder', await parts.recipients.named(incident.told), incident);
    draft.change(incident.id, { saidAt: now });
  }
  return post.letters();
}

function groupingOf(kind: IncidentRecord['kind'], rule: AlertRuleRecord | undefined): Grouping {
  if (rule === undefined) return { ...ALONE, repeat: undefined };
  return kind === 'mass_outage' ? { ...ALONE, repeat: rule.grouping.repeat } : rule.grouping;
}

function openedKind({ kind, afterPlanned }: IncidentRecord): NotificationKind {
  if (kind === 'mass_outage' || kind === 'blind') return kind;
  return afterPlanned ? 'planned_ended' : 'opened';
}

/** The stores that are still down after a mass outage were in the message about its end, and go on as incidents of their own. */
async function release(
  draft: Draft,
  { recipients }: SpeakerParts,
  { id, told }: IncidentRecord,
  { steps }: AlertRuleRecord,
): Promise<void> {
  const heard = await recipients.named(told);
  for (const child of draft.open()) {
    if (child.parentId !== id) continue;
    draft.change(child.id, {
      ...{ parentId: undefined, said: 'opened', saidAt: draft.now },
      told: heard.filter((one) => mayHear(draft, one, child)).map(({ contactPointId }) => contactPointId),
      step: stepsDue(steps, { ...child, step: 1 }, draft.now),
    });
    draft.note(child.id, 'left', { incident_id: id });
  }
}

/** Notifies the owners of stores that have joined a mass outage after the message about it, unless it is quiet. */
async function tellOwnersOfJoined(draft: Draft, parts: SpeakerParts): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const outage of draft.open()) {
    const { id, kind, ruleId = '', told, acknowledgedAt, snoozedUntil = draft.now } = outage;
    if (kind !== 'mass_outage' || draft.before(id)?.said !== 'opened') continue;
    const rule = draft.rules.get(ruleId);
    const steps = rule?.steps.slice(0, outage.step).filter(({ owners }) => owners) ?? [];
    if (steps.length === 0 || acknowledgedAt !== undefined || snoozedUntil > draft.now) continue;
    const joined = membersOf(draft, outage).filter((member) => draft.before(member.id)?.parentId !== id);
    const storeIds = joined.flatMap(({ storeId }) => storeId ?? []);
    await parts.recipients.loadOwners(storeIds);
    const owners = await parts.recipients.ownersOf(storeIds);
    const to = owners.filter(({ contactPointId }) => !told.includes(contactPointId));
    if (to.length === 0) continue;
    const post = extraPost(draft, outage, rule);
    const added = post.tell('mass_outage', to, outage);
    draft.change(id, { told: [...told, ...added] });
    letters.push(...post.letters());
  }
  return letters;
}

/** Tells those of the next steps of incidents that nobody has acknowledged. */
async function escalate(draft: Draft, parts: SpeakerParts): Promise<Letter[]> {
  const due = new Map<string, { readonly rule: AlertRuleRecord; readonly step: number; incidents: IncidentRecord[] }>();
  for (const incident of draft.open()) {
    const rule = incident.ruleId === undefined ? undefined : draft.rules.get(incident.ruleId);
    if (rule === undefined || incident.parentId !== undefined || parts.isPlanned(incident)) continue;
    const steps = stepsDue(rule.steps, incident, draft.now);
    for (let step = incident.step; step < steps; step++) {
      const key = `${incident.groupId} ${step}`;
      const entry = due.get(key) ?? { rule, step, incidents: [] };
      entry.incidents.push(incident);
      due.set(key, entry);
    }
  }
  const letters: Letter[] = [];
  for (const { rule, step, incidents } of due.values()) {
    const post = extraPost(draft, incidents[0] as IncidentRecord, rule);
    if (rule.steps[step]?.owners === true) {
      await parts.recipients.loadOwners(incidents.flatMap((incident) => storesOf(draft, incident)));
    }
    for (const { id } of incidents) {
      const incident = draft.change(id, { step: step + 1 });
      const told = post.tell('escalated', await whomToTell(draft, parts, rule.steps[step], incident), incident, step);
      draft.change(id, { told: [...new Set([...incident.told, ...told])] });
    }
    letters.push(...post.letters());
  }
  return letters;
}

/** The recipients of a step; without one, those of the first steps of all rules. */
async function whomToTell(
  draft: Draft,
  { recipients }: SpeakerParts,
  step: EscalationStep | undefined,
  incident: IncidentRecord,
): Promise<Recipient[]> {
  const steps = step
    ? [step]
    : [...draft.rules.values()].flatMap((rule) => (rule.enabled ? rule.steps.slice(0, 1) : []));
  const named = await recipients.named(new Set(steps.flatMap(({ contactPoints }) => contactPoints)));
  const owners = step?.owners === true ? await recipients.ownersOf(storesOf(draft, incident)) : [];
  const found = new Map([...named, ...owners].map((recipient) => [recipient.contactPointId, recipient]));
  return [...found.values()].filter((recipient) => mayHear(draft, recipient, incident));
}

/** The open incidents of a mass outage. */
function membersOf(draft: Draft, { id, kind }: IncidentRecord): IncidentRecord[] {
  return kind === 'mass_outage' ? draft.open().filter(({ parentId }) => parentId === id) : [];
}

/** The stores that an incident is about. */
function storesOf(draft: Draft, incident: IncidentRecord): string[] {
  return [incident, ...membersOf(draft, incident)].flatMap(({ storeId }) => storeId ?? []);
}

function mayHear(draft: Draft, { stores }: Recipient, incident: IncidentRecord): boolean {
  return stores === 'all' || storesOf(draft, incident).some((id) => stores.has(id));
}

/** The next message of the group of an incident, besides those that its grouping sends. */
function extraPost(draft: Draft, { groupId, ruleId }: IncidentRecord, rule: AlertRuleRecord | undefined): Post {
  const group = draft.group(groupId) ?? { id: groupId, ruleId, sentAt: undefined, messages: 0 };
  const number = group.messages + 1;
  draft.saveGroup({ ...group, messages: number });
  return new Post(draft, { groupId, number, rule });
}

/** Collects the letters of one message of a group: one for each recipient and kind. */
class Post {
  readonly #draft: Draft;
  readonly #about: Pick<Letter, 'groupId' | 'number' | 'rule'>;
  readonly #letters = new Map<string, Letter & Record<'incidents' | 'members', IncidentRecord[]>>();

  constructor(draft: Draft, about: Pick<Letter, 'groupId' | 'number' | 'rule'>) {
    this.#draft = draft;
    this.#about = about;
  }

  /** Adds an incident; returns the contact points that are notified. */
  tell(kind: NotificationKind, to: readonly Recipient[], incident: IncidentRecord, step?: number): string[] {
    const members = to.length === 0 ? [] : membersOf(this.#draft, incident);
    for (const recipient of to) {
      const key = `${kind} ${recipient.contactPointId}`;
      const letter = this.#letters.get(key) ?? { ...this.#about, kind, recipient, incidents: [], members: [] };
      letter.incidents.push(incident);
      letter.members.push(...members);
      this.#letters.set(key, letter);
    }
    const ids = to.map(({ contactPointId }) => contactPointId);
    const detail = { message: kind, contact_points: ids, ...(step !== undefined && { step }) };
    if (ids.length > 0) this.#draft.note(incident.id, step === undefined ? 'told' : 'escalated', detail);
    return ids;
  }

  letters(): Letter[] {
    return [...this.#letters.values()];
  }
}
