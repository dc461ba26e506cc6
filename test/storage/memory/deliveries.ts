import type { NotificationKind } from '../../../src/domain/alerts/facts.ts';
import type {
  ClaimedDelivery,
  Deliveries,
  DeliveryChanges,
  DeliveryFilter,
  DeliveryOutcome,
  DeliveryPlace,
  DeliveryRecord,
  DeliveryStatus,
  ListedDelivery,
  NewDelivery,
} from '../../../src/storage/ports/deliveries.ts';
import { isOf } from './contact-points.ts';
import type { View } from './data.ts';
import { byBytes, type RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

type Delivery = RecordRow<'deliveries'>;

/** Adds and cancels deliveries within a transaction. */
export class MemoryDeliveryChanges implements DeliveryChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  async addDelivery({ id, key, contactPointId, incidentId, kind, facts, notBefore, createdAt }: NewDelivery) {
    const known = [...this.#transaction.table('deliveries').values()].some(({ delivery_key }) => delivery_key === key);
    if (known) return false;
    this.#transaction.set('deliveries', id, {
      ...{ delivery_id: id, delivery_key: key, contact_point_id: contactPointId, incident_id: incidentId ?? null },
      ...{ kind, facts: JSON.stringify(facts), status: 'pending', not_before_ms: notBefore, created_ms: createdAt },
      ...{ next_ms: notBefore, attempts: 0, claimed_by: null, reason: null, finished_ms: null },
    });
    return true;
  }

  async cancelDeliveries(incidentId: string, reason: string, at: number): Promise<number> {
    const pending = [...this.#transaction.table('deliveries').values()].filter(
      ({ incident_id, status }) => incident_id === incidentId && status === 'pending',
    );
    for (const delivery of pending) {
      const cancelled = { ...delivery, status: 'cancelled', reason, finished_ms: at };
      this.#transaction.set('deliveries', delivery.delivery_id, cancelled);
    }
    return pending.length;
  }
}

/** The deliveries. */
export class MemoryDeliveries implements Deliveries {
  readonly #database: MemoryDatabase;
  readonly #clock: () => number;

  /** @param clock that of the database */
  constructor(database: MemoryDatabase, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  adding<T>(work: (changes: DeliveryChanges) => Promise<T>): Promise<T> {
    return this.#database.changing((transaction) => work(new MemoryDeliveryChanges(transaction)));
  }

  async delivery(id: string): Promise<DeliveryRecord | undefined> {
    const row = this.#database.table('deliveries').get(id);
    return row && deliveryOf(row);
  }

  async deliveries(
    { whose, id, contactPointId, incidentId, status, kind, keyStart = '', search }: DeliveryFilter,
    before: DeliveryPlace | undefined,
    limit: number,
  ): Promise<ListedDelivery[]> {
    const points = this.#database.table('contact_points');
    const part = search?.toLowerCase() ?? '';
    return [...this.#database.table('deliveries').values()]
      .filter((delivery) => {
        const point = points.get(delivery.contact_point_id);
        return (
          point !== undefined &&
          isOf(point, whose) &&
          [undefined, delivery.delivery_id].includes(id) &&
          [undefined, delivery.contact_point_id].includes(contactPointId) &&
          [undefined, delivery.incident_id].includes(incidentId) &&
          delivery.delivery_key.startsWith(keyStart) &&
          [undefined, delivery.status].includes(status) &&
          [undefined, delivery.kind].includes(kind) &&
          [point.name, delivery.reason ?? ''].some((text) => text.toLowerCase().includes(part))
        );
      })
      .map((delivery) => {
        const point = points.get(delivery.contact_point_id) as RecordRow<'contact_points'>;
        return { ...deliveryOf(delivery), contactPointName: point.name, channel: point.channel };
      })
      .sort(newestFirst)
      .filter((delivery) => before === undefined || newestFirst(before, delivery) < 0)
      .slice(0, limit);
  }

  async claim(claim: string, now: number, lease: number): Promise<ClaimedDelivery | undefined> {
    const clock = this.#clock();
    return this.#database.change((transaction) => {
      const points = transaction.table('contact_points');
      const [first] = due(transaction, now)
        .filter(({ contact_point_id }) => {
          const point = points.get(contact_point_id);
          return point !== undefined && point.lease_until_ms < clock && point.held_until_ms <= now;
        })
        .sort(longestDue);
      const point = first && points.get(first.contact_point_id);
      if (first === undefined || point === undefined) return undefined;
      const held = { ...point, claimed_by: claim, lease_until_ms: clock + lease };
      transaction.set('contact_points', point.contact_point_id, held);
      const sending = { ...first, status: 'sending', claimed_by: claim, attempts: first.attempts + 1 };
      transaction.set('deliveries', first.delivery_id, sending);
      return { ...deliveryOf(sending), claim };
    });
  }

  async settle(delivery: ClaimedDelivery, outcome: DeliveryOutcome, now: number, holdUntil: number): Promise<boolean> {
    return this.#database.change((transaction) => {
      const row = transaction.get('deliveries', delivery.id);
      const holds = row?.claimed_by === delivery.claim && row.status === 'sending';
      if (holds) transaction.set('deliveries', delivery.id, settled(row, outcome, now));
      const point = transaction.get('contact_points', delivery.contactPointId);
      if (point === undefined) return holds;
      const notice = outcome.status === 'failed' ? outcome.notice : undefined;
      const freed = { lease_until_ms: 0, held_until_ms: Math.max(point.held_until_ms, holdUntil) };
      transaction.set('contact_points', point.contact_point_id, {
        ...point,
        ...(notice !== undefined && { enabled: false, notice }),
        ...(point.claimed_by === delivery.claim && freed),
      });
      return holds;
    });
  }

  async bringForward(now: number, lease: number): Promise<void> {
    const latest = this.#clock() + lease;
    await this.#database.change((transaction) => {
      for (const point of transaction.table('contact_points').values()) {
        transaction.set('contact_points', point.contact_point_id, {
          ...point,
          held_until_ms: Math.min(point.held_until_ms, now),
          lease_until_ms: Math.min(point.lease_until_ms, latest),
        });
      }
      for (const row of transaction.table('deliveries').values()) {
        if (row.finished_ms !== null) continue;
        transaction.set('deliveries', row.delivery_id, { ...row, next_ms: Math.min(row.next_ms, now) });
      }
    });
  }

  async prune(before: number): Promise<number> {
    return this.#database.change((transaction) =>
      transaction.deleteWhere('deliveries', ({ finished_ms }) => finished_ms !== null && finished_ms < before),
    );
  }
}

function settled(row: Delivery, outcome: DeliveryOutcome, now: number): Delivery {
  const { status } = outcome;
  if (status !== 'pending') {
    return { ...row, status, reason: outcome.status === 'sent' ? null : outcome.reason, finished_ms: now };
  }
  const attempts = row.attempts - (outcome.counts ? 0 : 1);
  return { ...row, status, reason: outcome.reason ?? null, next_ms: outcome.nextAt, attempts };
}

/** The deliveries that are due, and no earlier one of their incident has to be sent before them. */
function due(view: View, now: number): Delivery[] {
  const open = [...view.table('deliveries').values()].filter(({ finished_ms }) => finished_ms === null);
  const isFirst = (delivery: Delivery) =>
    delivery.incident_id === null ||
    !open.some(
      (earlier) =>
        earlier.contact_point_id === delivery.contact_point_id &&
        earlier.incident_id === delivery.incident_id &&
        (earlier.attempts > 0 || earlier.next_ms <= now) &&
        inOrder(earlier, delivery) < 0,
    );
  return open.filter((delivery) => delivery.next_ms <= now && isFirst(delivery));
}

/** The last one of an incident is the last one, whatever the clock showed when it was written. */
function inOrder(a: Delivery, b: Delivery): number {
  const [lastA, lastB] = [a, b].map(({ kind }) => Number(kind === 'resolved' || kind === 'sight_returned'));
  return (lastA as number) - (lastB as number) || byAge(a, b);
}

function byAge(a: Delivery, b: Delivery): number {
  return a.created_ms - b.created_ms || byBytes(a.delivery_id, b.delivery_id);
}

function longestDue(a: Delivery, b: Delivery): number {
  return a.next_ms - b.next_ms || byAge(a, b);
}

function newestFirst(a: DeliveryPlace, b: DeliveryPlace): number {
  return b.createdAt - a.createdAt || byBytes(b.id, a.id);
}

function deliveryOf(row: Delivery): DeliveryRecord {
  return {
    ...{ id: row.delivery_id, key: row.delivery_key, contactPointId: row.contact_point_id },
    ...{ incidentId: row.incident_id ?? undefined, kind: row.kind as NotificationKind, facts: JSON.parse(row.facts) },
    ...{ notBefore: row.not_before_ms, createdAt: row.created_ms, status: row.status as DeliveryStatus },
    ...{ nextAt: row.next_ms, attempts: row.attempts, reason: row.reason ?? undefined },
    finishedAt: row.finished_ms ?? undefined,
  };
}
