import type { NotificationFacts, NotificationKind, StoreFacts } from '../domain/alerts/facts.ts';
import type { IncidentRecord } from '../storage/ports/alerts.ts';
import type { Draft } from './draft.ts';
import { isAnswerable } from './incidents.ts';
import { isAffected } from './mass-outages.ts';
import type { Letter } from './messages.ts';
import { type StoreFactsParts, storeFacts } from './store-facts.ts';
import { appliesTo } from './store-incidents.ts';

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
  /** How many polls were missed in a stretch of blindness. */
  readonly missedPolls: (from: number, to: number) => Promise<number>;
}

/** Adds the messages to a draft, with everything that they can say. */
export async function writeLetters(draft: Draft, letters: readonly Letter[], parts: LetterParts): Promise<void> {
  const known = new Map<string, Promise<StoreFacts | undefined>>();
  for (const letter of letters) {
    const about = storeIncidents(letter);
    const stores: StoreFacts[] = [];
    for (const incident of about.slice(0, MOST_LISTED)) {
      const facts = known.get(incident.id) ?? storeFacts(parts, incident, draft.now);
      known.set(incident.id, facts);
      const found = await facts;
      if (found !== undefined) stores.push(found);
    }
    const { kind, recipient, groupId, number } = letter;
    draft.send({
      key: `${groupId}.${number}.${kind}.${recipient.contactPointId}`,
      contactPointId: recipient.contactPointId,
      facts: { ...(await factsOf(draft, letter, parts)), stores, more: about.length - stores.length },
    });
  }
}

async function factsOf(
  draft: Draft,
  letter: Letter,
  { fleet, missedPolls }: LetterParts,
): Promise<Omit<NotificationFacts, 'stores' | 'more'>> {
  const { kind, incidents, rule, recipient } = letter;
  const [first, ...others] = incidents as [IncidentRecord, ...IncidentRecord[]];
  const only = others.length === 0 ? first : undefined;
  const { since, resolvedAt } = first;
  const { stores } = recipient;
  const affected = (outage: IncidentRecord) =>
    fleet.directory.entries.filter(
      (store) =>
        rule !== undefined &&
        appliesTo(rule, store) &&
        isAffected(outage, store) &&
        (stores === 'all' || stores.has(store.id)),
    );
  return {
    ...{ kind, severity: first.severity, at: draft.now, incidentId: only?.id, rule: first.ruleName },
    ...(first.kind === 'mass_outage' && {
      outage: {
        ...{ label: first.label ?? '', value: first.value ?? '', of: affected(first).length },
        down: storeIncidents(letter).length,
      },
    }),
    ...(first.kind === 'blind' && { period: { from: since, until: resolvedAt } }),
    ...(kind === 'sight_returned' && { count: await missedPolls(since, resolvedAt ?? draft.now) }),
    canAcknowledge: ASKING.has(kind) && incidents.some((incident) => isAnswerable(stores, incident)),
    page: only === undefined ? '/incidents' : `/incidents/${only.id}`,
  };
}

/** The incidents of single stores that a letter is about: those of a mass outage in its place, if they are down. */
function storeIncidents({ incidents, members, recipient: { stores } }: Letter): IncidentRecord[] {
  return [...incidents, ...members].filter(
    ({ storeId }) => storeId !== undefined && (stores === 'all' || stores.has(storeId)),
  );
}
