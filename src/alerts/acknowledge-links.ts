import { keyFor, seal, unseal } from '../accounts/seal.ts';
import type { ServerSecrets } from '../accounts/secrets.ts';
import { sha256 } from '../accounts/tokens.ts';
import { DAY } from '../domain/hours.ts';
import { notFound } from '../lib/errors.ts';
import type { AlertReader, IncidentRecord } from '../storage/ports/alerts.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { DeliveryRecord } from '../storage/ports/deliveries.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Directory, StoreDirectory } from '../stores/directory.ts';
import { acknowledged, isAnswerable, isVisible, recordAnswer } from './incidents.ts';
import { visibleStores } from './recipients.ts';

/** How long a link works, milliseconds. */
export const LINK_LIFETIME = 7 * DAY;

const PURPOSE = 'acknowledgement';

export interface AcknowledgeLinkParts {
  readonly storage: Pick<Storage, 'accounts' | 'alerts' | 'contactPoints' | 'deliveries'>;
  readonly directory: Pick<StoreDirectory, 'current'>;
  readonly secrets: ServerSecrets;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
}

interface Content {
  readonly delivery: string;
  readonly until: number;
}

/** What a link can acknowledge. */
export interface Acknowledgeable {
  /** The incidents that are open and not acknowledged. */
  readonly incidents: readonly IncidentRecord[];
  /** All stores, by ID. */
  readonly stores: Directory['byId'];
  /** The name of the contact point that has the link, and its IANA time zone. */
  readonly by: string;
  readonly zone: string;
}

/** A link that is valid. */
interface ValidLink {
  readonly until: number;
  /** The incidents of its message. */
  readonly incidentIds: ReadonlySet<string>;
  readonly point: ContactPointRecord;
  readonly stores: 'all' | ReadonlySet<string>;
}

/**
 * Links in messages with which their recipient acknowledges what the message is about, without signing in. The token is
 * sealed and names the message; it works once, and for nothing else.
 */
export class AcknowledgeLinks {
  readonly #parts: AcknowledgeLinkParts;

  constructor(parts: AcknowledgeLinkParts) {
    this.#parts = parts;
  }

  /** The token of a message. */
  async issue({ id }: Pick<DeliveryRecord, 'id'>): Promise<string> {
    const content: Content = { delivery: id, until: this.#parts.now() + LINK_LIFETIME };
    return seal(await this.#key(), JSON.stringify(content), PURPOSE);
  }

  /** What a link would acknowledge; changes nothing. @throws UserError `not_found` if it is not valid anymore */
  async find(token: string): Promise<Acknowledgeable> {
    const link = await this.#valid(token);
    return this.#answer(await openIncidents(this.#parts.storage.alerts, link), link);
  }

  /**
   * Acknowledges what the message is about, as far as it is open. The link is used up.
   *
   * @throws UserError `not_found` if it is unknown, expired or used
   */
  async use(token: string): Promise<Acknowledgeable> {
    const { storage, now } = this.#parts;
    const link = await this.#valid(token);
    const { point, until } = link;
    // Of the bytes, which several spellings of a token have.
    const hash = sha256(Buffer.from(token, 'base64url').toString('base64url'));
    const incidents = await storage.alerts.changing(async (changes) => {
      if (!(await changes.spendLink(hash, until, now()))) throw unknownLink();
      const open = await openIncidents(changes, link);
      const actor = { userId: point.userId, name: point.name };
      for (const incident of open) {
        const change = acknowledged(incident, point.name, undefined, now());
        const event = { kind: 'acknowledged', actor, detail: { reason: null, by: 'link' }, at: now() } as const;
        await recordAnswer(changes, incident, change, event);
      }
      return open;
    });
    return this.#answer(incidents, link);
  }

  async #answer(incidents: readonly IncidentRecord[], { point }: ValidLink): Promise<Acknowledgeable> {
    const { byId } = await this.#parts.directory.current();
    return { incidents, stores: byId, by: point.name, zone: point.zone };
  }

  async #valid(token: string): Promise<ValidLink> {
    const text = unseal(await this.#key(), token, PURPOSE);
    if (text === undefined) throw unknownLink();
    const { delivery: id, until } = JSON.parse(text) as Content;
    const { storage, now } = this.#parts;
    const delivery = until > now() ? await storage.deliveries.delivery(id) : undefined;
    const point = delivery && (await storage.contactPoints.contactPoint(delivery.contactPointId));
    const stores = point && (await this.#storesOf(point));
    if (delivery === undefined || point === undefined || stores === undefined) throw unknownLink();
    // Messages of earlier versions name their incident only if it is one.
    const { incidentId, acknowledges = incidentId === undefined ? undefined : [incidentId] } = delivery.facts;
    if (acknowledges === undefined) throw unknownLink();
    return { until, incidentIds: new Set(acknowledges), point, stores };
  }

  async #storesOf({ userId }: ContactPointRecord): Promise<'all' | ReadonlySet<string> | undefined> {
    return userId === undefined ? 'all' : visibleStores(this.#parts.storage.accounts, userId);
  }

  async #key(): Promise<Buffer> {
    return keyFor(await this.#parts.secrets.get('cookies'), 'acknowledgements');
  }
}

/** The incidents of a message that are open and not acknowledged. */
async function openIncidents(alerts: AlertReader, { incidentIds, stores }: ValidLink): Promise<IncidentRecord[]> {
  const found: IncidentRecord[] = [];
  for (const incident of await alerts.liveIncidents()) {
    const { id, resolvedAt, acknowledgedAt } = incident;
    if (!incidentIds.has(id) || resolvedAt !== undefined || acknowledgedAt !== undefined) continue;
    if (isAnswerable(stores, incident) && (await isVisible(alerts, stores, incident))) found.push(incident);
  }
  return found;
}

function unknownLink() {
  return notFound(
    'this link is not valid: it has expired or was used, or the message is gone; open the dashboard instead',
  );
}
