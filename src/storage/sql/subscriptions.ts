import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type { NewDelivery } from '../ports/deliveries.ts';
import type {
  AttachmentFormat,
  SubscriptionCatalog,
  SubscriptionChanges,
  SubscriptionReader,
  SubscriptionRecord,
} from '../ports/subscriptions.ts';
import { addAudit } from './audit.ts';
import { SqlDeliveryChanges } from './deliveries.ts';
import type { InsertDialect } from './insert-dialect.ts';
import { LockedSql } from './locked.ts';

/** Reads subscriptions, in SQL common to both engines. */
class SqlSubscriptionReader implements SubscriptionReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async subscriptions(): Promise<SubscriptionRecord[]> {
    return (await this.sql.rows('select * from subscriptions order by created_ms, subscription_id')).map(
      subscriptionOf,
    );
  }

  async subscription(id: string): Promise<SubscriptionRecord | undefined> {
    const [row] = await this.sql.rows('select * from subscriptions where subscription_id = $id', { id });
    return row && subscriptionOf(row);
  }
}

class SqlSubscriptionChanges extends SqlSubscriptionReader implements SubscriptionChanges {
  readonly #dialect: InsertDialect;

  constructor(sql: Sql, dialect: InsertDialect) {
    super(sql);
    this.#dialect = dialect;
  }

  async save(subscription: SubscriptionRecord): Promise<void> {
    const { id, questionId, userId, cron, zone, contactPoints, formats, enabled, dueAt, version, createdAt } =
      subscription;
    await this.remove(id);
    await this.sql.run(
      `insert into subscriptions (subscription_id, question_id, user_id, cron, zone, contact_points, formats, enabled,
         due_ms, version, created_ms)
       values ($id, $question_id, $user_id, $cron, $zone, $contact_points, $formats, $enabled, $due::bigint, $version,
         $created::bigint)`,
      {
        ...{ id, question_id: questionId, user_id: userId ?? null, cron, zone, enabled, version },
        ...{ contact_points: JSON.stringify(contactPoints), formats: JSON.stringify(formats) },
        ...{ due: dueAt, created: createdAt },
      },
    );
  }

  async remove(id: string): Promise<void> {
    await this.sql.run('delete from subscriptions where subscription_id = $id', { id });
  }

  addDelivery(delivery: NewDelivery): Promise<boolean> {
    return new SqlDeliveryChanges(this.sql, this.#dialect).addDelivery(delivery);
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** The subscriptions, likewise. */
export class SqlSubscriptions extends SqlSubscriptionReader implements SubscriptionCatalog {
  readonly #locked: LockedSql;
  readonly #dialect: InsertDialect;

  /** @param lock waits, within a transaction, until no other transaction changes subscriptions or saved questions */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>, dialect: InsertDialect) {
    super(sql);
    this.#dialect = dialect;
    this.#locked = new LockedSql(sql, lock);
  }

  changing<T>(work: (changes: SubscriptionChanges) => Promise<T>): Promise<T> {
    return this.#locked.transaction((sql) => work(new SqlSubscriptionChanges(sql, this.#dialect)));
  }
}

function subscriptionOf(row: Row): SubscriptionRecord {
  return {
    id: String(row.subscription_id),
    questionId: String(row.question_id),
    userId: row.user_id === null ? undefined : String(row.user_id),
    cron: String(row.cron),
    zone: String(row.zone),
    contactPoints: JSON.parse(String(row.contact_points)) as string[],
    formats: JSON.parse(String(row.formats)) as AttachmentFormat[],
    enabled: Boolean(row.enabled),
    dueAt: Number(row.due_ms),
    version: Number(row.version),
    createdAt: Number(row.created_ms),
  };
}
