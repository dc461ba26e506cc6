import type { NotificationFacts, NotificationKind, OutageFacts, StoreFacts } from '../domain/alerts/facts.ts';
import type { AlertReader, IncidentRecord } from '../storage/ports/alerts.ts';
import type { Draft } from './draft.ts';
import { isAnswerable } from './incidents.ts';
import { isAffected } from './mass-outages.ts';
import type { Letter } from './messages.ts';
import { type StoreFactsParts, storeFacts } from './store-facts.ts';
import { appliesTo, pair } from './store-incidents.ts';

/** The stores that a message lists. */
const MOST_LISTED = 10;

/** Messages of these kinds ask for an acknowledgement. */
const ASKING: ReadonlySet<NotificationKind> = new Set([
  'opened',
  'planned_ended',
  'reminder',
  'escalated',
  'mass_outage',
]);

export interface LetterParts extends StoreFactsParts {
  readonly alerts: Pick<AlertReader, 'memberCounts'>;
  /** How many polls were missed in a stretch of blindness. */
  readonly missedPolls: (from: number, to: number) => Promise<number>;
}

/** Adds the messages to a draft, with everything that they can say. */
export async function writeLetters(draft: Draft, letters: readonly Letter[], parts: LetterParts): Promise<void> {
  const known = new Map<string, Promise<StoreFacts | undefined>>();
  const open = new Map(draft.open().map((incident) => [pair(incident.ruleId, incident.storeId), incident]));
  /** The incident with which the store of one that has ended is down again. */
  const next = ({ resolvedAt, ruleId, storeId }: IncidentRecord) =>
    resolvedAt === undefined ? undefined : open.get(pair(ruleId, storeId));
  for (const letter of letters) {
    const about = storeIncidents(letter);
    const stores: StoreFacts[] = [];
    for (const incident of about.slice(0, MOST_LISTED)) {
      const facts = known.get(incident.id) ?? storeFacts(parts, incident, draft.now, next(incident));
      known.set(incident.id, facts);
      const found = await facts;
      if (found !== undefined) stores.push(found);
    }
    const { kind, recipient, groupId, number } = letter;
    const downAgain = about.filter((incident) => next(incident) !== undefined).length;
    draft.send({
      key: `${groupId}.${number}.${kind}.${recipient.contactPointId}`,
      contactPointId: recipient.contactPointId,
      facts: {
        ...{ ...(await factsOf(draft, letter, parts)), stores, more: about.length - stores.length },
        ...(downAgain > 0 && { downAgain }),
      },
    });
  }
}

async function factsOf(
  draft: Draft,
  letter: Letter,
  parts: LetterParts,
): Promise<Omit<NotificationFacts, 'stores' | 'more'>> {
  const { missedPolls } = parts;
  const { kind, incidents, recipient } = letter;
  const [first, ...others] = incidents as [IncidentRecord, ...IncidentRecord[]];
  const only = others.length === 0 ? first : undefined;
  const { since, resolvedAt } = first;
  const { stores } = recipient;
  const acknowledges = ASKING.has(kind)
    ? incidents.filter((incident) => isAnswerable(stores, incident)).map(({ id }) => id)
    : [];
  const isOver = first.kind === 'mass_outage' && resolvedAt !== undefined;
  return {
    ...{ kind, severity: first.severity, at: draft.now, incidentId: only?.id, rule: first.ruleName },
    ...(first.kind === 'mass_outage' && { outage: await outageFacts(draft, letter, first, parts) }),
    ...((first.kind === 'blind' || isOver) && { period: { from: since, until: resolvedAt } }),
    ...(kind === 'sight_returned' && { count: await missedPolls(since, resolvedAt ?? draft.now) }),
    ...(acknowledges.length > 0 && { acknowledges }),
    canAcknowledge: acknowledges.length > 0,
    page: only === undefined ? '/incidents' : `/incidents/${only.id}`,
  };
}

async function outageFacts(
  draft: Draft,
  letter: Letter,
  outage: IncidentRecord,
  { alerts, fleet }: LetterParts,
): Promise<OutageFacts> {
  const { rule, recipient } = letter;
  const { stores } = recipient;
  const isOwn = (storeId = '') => stores === 'all' || stores.has(storeId);
  const affected = fleet.directory.entries.filter(
    (store) => rule !== undefined && appliesTo(rule, store) && isAffected(outage, store) && isOwn(store.id),
  );
  const facts = {
    ...{ label: outage.label ?? '', value: outage.value ?? '', of: affected.length },
    ...{ down: storeIncidents(letter).length, own: stores !== 'all' },
  };
  if (outage.resolvedAt === undefined) return facts;
  const [count] = await alerts.memberCounts([outage.id], stores === 'all' ? undefined : [...stores]);
  // Those that came up in this evaluation are not stored yet.
  const now = [...draft.incidents].filter(
    ({ id, parentId, storeId, resolvedAt }) =>
      parentId === outage.id &&
      isOwn(storeId) &&
      resolvedAt !== undefined &&
      draft.before(id)?.resolvedAt === undefined,
  );
  return { ...facts, recovered: (count === undefined ? 0 : count.stores - count.open) + now.length };
}

/** The incidents of single stores that a letter is about: those of a mass outage in its place, if they are down. */
function storeIncidents({ incidents, members, recipient: { stores } }: Letter): IncidentRecord[] {
  return [...incidents, ...members].filter(
    ({ storeId }) => storeId !== undefined && (stores === 'all' || stores.has(storeId)),
  );
}
