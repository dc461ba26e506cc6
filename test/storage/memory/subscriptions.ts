import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type { NewDelivery } from '../../../src/storage/ports/deliveries.ts';
import type {
  SubscriptionCatalog,
  SubscriptionChanges,
  SubscriptionReader,
  SubscriptionRecord,
} from '../../../src/storage/ports/subscriptions.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import { MemoryDeliveryChanges } from './deliveries.ts';
import { byBytes, type RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

class MemorySubscriptionReader implements SubscriptionReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async subscriptions(): Promise<SubscriptionRecord[]> {
    return [...this.#view.table('subscriptions').values()]
      .map(subscriptionOf)
      .sort((a, b) => a.createdAt - b.createdAt || byBytes(a.id, b.id));
  }

  async subscription(id: string): Promise<SubscriptionRecord | undefined> {
    const row = this.#view.table('subscriptions').get(id);
    return row && subscriptionOf(row);
  }
}

class MemorySubscriptionChanges extends MemorySubscriptionReader implements SubscriptionChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async save(subscription: SubscriptionRecord): Promise<void> {
    const { id, questionId, userId, cron, zone, contactPoints, formats, enabled, dueAt, version, createdAt } =
      subscription;
    this.#transaction.set('subscriptions', id, {
      ...{ subscription_id: id, question_id: questionId, user_id: userId ?? null, cron, zone, enabled, version },
      ...{ contact_points: JSON.stringify(contactPoints), formats: JSON.stringify(formats) },
      ...{ due_ms: dueAt, created_ms: createdAt },
    });
  }

  async remove(id: string): Promise<void> {
    this.#transaction.delete('subscriptions', id);
  }

  addDelivery(delivery: NewDelivery): Promise<boolean> {
    return new MemoryDeliveryChanges(this.#transaction).addDelivery(delivery);
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

/** The subscriptions. */
export class MemorySubscriptions extends MemorySubscriptionReader implements SubscriptionCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: SubscriptionChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemorySubscriptionChanges(transaction))),
    );
  }
}

function subscriptionOf(row: RecordRow<'subscriptions'>): SubscriptionRecord {
  const { subscription_id: id, question_id: questionId, user_id, cron, zone, enabled, version } = row;
  return {
    ...{ id, questionId, userId: user_id ?? undefined, cron, zone, enabled, version },
    ...{ contactPoints: JSON.parse(row.contact_points), formats: JSON.parse(row.formats) },
    ...{ dueAt: row.due_ms, createdAt: row.created_ms },
  };
}
