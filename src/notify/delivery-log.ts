import type { Principal } from '../accounts/access.ts';
import { type AuditLog, actorOf } from '../accounts/audit.ts';
import { isText } from '../accounts/fields.ts';
import { type Page, type PageRequest, readPage } from '../accounts/pages.ts';
import { UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type { DeliveryFilter, DeliveryPlace, ListedDelivery } from '../storage/ports/deliveries.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { contactPointsOf } from './contact-points.ts';

export type DeliveryQuery = Omit<DeliveryFilter, 'whose' | 'id'>;

interface DeliveryLogParts {
  readonly storage: Pick<Storage, 'contactPoints' | 'deliveries'>;
  readonly audit: AuditLog;
  readonly now: () => number;
  /** Announces a delivery. */
  readonly onDelivery: () => void;
}

/** The messages that were sent to the contact points that a principal can see, or that are waiting. */
export class DeliveryLog {
  readonly #parts: DeliveryLogParts;

  constructor(parts: DeliveryLogParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  async list(
    principal: Principal,
    query: DeliveryQuery,
    page: PageRequest<DeliveryPlace>,
  ): Promise<Page<ListedDelivery, DeliveryPlace>> {
    const given = Object.values(query).filter((value) => value !== undefined);
    if (!given.every(isText)) return { items: [], next: undefined };
    const filter = { ...query, whose: contactPointsOf(principal) };
    return readPage(
      page,
      (before, limit) => this.#parts.storage.deliveries.deliveries(filter, before, limit),
      ({ createdAt, id }) => ({ createdAt, id }),
    );
  }

  /** @throws UserError `not_found` */
  async get(principal: Principal, id: string): Promise<ListedDelivery> {
    const filter = { whose: contactPointsOf(principal), id };
    const [delivery] = isText(id) ? await this.#parts.storage.deliveries.deliveries(filter, undefined, 1) : [];
    if (delivery !== undefined) return delivery;
    throw new UserError('not_found', `there is no delivery ${id.slice(0, 100)}`);
  }

  /**
   * Sends the message of a delivery that is finished again, as a delivery of its own, which receivers cannot mistake for
   * a repetition; returns its ID.
   *
   * @throws UserError `not_found`; `conflict` while it is waiting, and when its contact point was removed or is disabled
   */
  async resend(principal: Principal, id: string): Promise<string> {
    const { storage, audit, now, onDelivery } = this.#parts;
    const { contactPointId, incidentId, kind, facts, finishedAt } = await this.get(principal, id);
    if (finishedAt === undefined) {
      throw new UserError('conflict', `the delivery ${id} is not finished; it is tried again by itself`);
    }
    const point = await storage.contactPoints.contactPoint(contactPointId);
    if (!point?.enabled) {
      const state = point === undefined ? 'was removed' : 'is disabled';
      throw new UserError('conflict', `the contact point of the delivery ${id} ${state}`);
    }
    const [again, at] = [newId(), now()];
    await storage.deliveries.adding((changes) =>
      changes.addDelivery({
        ...{ id: again, key: `resent.${again}`, contactPointId, incidentId, kind, facts },
        ...{ notBefore: at, createdAt: at },
      }),
    );
    await audit.record(actorOf(principal), 'delivery.resent', { kind: 'delivery', id }, { delivery_id: again });
    onDelivery();
    return again;
  }
}
