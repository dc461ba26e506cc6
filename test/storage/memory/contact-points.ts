import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  ContactPointCatalog,
  ContactPointChanges,
  ContactPointFilter,
  ContactPointPlace,
  ContactPointReader,
  ContactPointRecord,
  NewContactPoint,
} from '../../../src/storage/ports/contact-points.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { rulesNaming } from './alert-uses.ts';
import { addAudit } from './audit.ts';
import type { View } from './data.ts';
import { byBytes, type RecordRow } from './record-tables.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

/** Whether a contact point is among those of a filter. */
export function isOf({ user_id }: Pick<RecordRow<'contact_points'>, 'user_id'>, { userId, team }: ContactPointFilter) {
  return user_id === null ? team : user_id === userId;
}

/** Reads contact points. */
export class MemoryContactPointReader implements ContactPointReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async contactPoint(id: string): Promise<ContactPointRecord | undefined> {
    const row = this.#view.table('contact_points').get(id);
    return row === undefined || row.deleted ? undefined : contactPointOf(row);
  }

  async contactPoints(
    filter: ContactPointFilter,
    after: ContactPointPlace | undefined,
    limit: number,
  ): Promise<ContactPointRecord[]> {
    return this.#among(filter)
      .map(contactPointOf)
      .sort(byPlace)
      .filter((point) => after === undefined || byPlace(after, point) < 0)
      .slice(0, limit);
  }

  async countContactPoints(filter: ContactPointFilter): Promise<number> {
    return this.#among(filter).length;
  }

  async contactPointsWithDigest(): Promise<ContactPointRecord[]> {
    return [...this.#view.table('contact_points').values()]
      .filter(({ deleted, enabled, digest }) => !deleted && enabled && digest !== null)
      .map(contactPointOf)
      .sort(byPlace);
  }

  #among(filter: ContactPointFilter): RecordRow<'contact_points'>[] {
    return [...this.#view.table('contact_points').values()].filter((row) => !row.deleted && isOf(row, filter));
  }
}

/** Changes contact points within a transaction. */
export class MemoryContactPointChanges extends MemoryContactPointReader implements ContactPointChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async addContactPoint(point: NewContactPoint): Promise<void> {
    this.#transaction.set('contact_points', point.id, {
      ...valuesOf(point),
      ...{ contact_point_id: point.id, user_id: point.userId ?? null, channel: point.channel, notice: null },
      ...{ version: 1, created_ms: point.createdAt, deleted: false, claimed_by: null },
      ...{ lease_until_ms: 0, held_until_ms: 0 },
    });
  }

  async changeContactPoint(point: Omit<NewContactPoint, 'userId' | 'channel' | 'createdAt'>): Promise<void> {
    const row = this.#transaction.get('contact_points', point.id);
    if (row === undefined) return;
    const changed = { ...row, ...valuesOf(point), notice: null, version: row.version + 1 };
    this.#transaction.set('contact_points', point.id, changed);
  }

  async removeContactPoint(id: string, at: number): Promise<void> {
    const row = this.#transaction.get('contact_points', id);
    if (row === undefined) return;
    this.#transaction.set('contact_points', id, {
      ...row,
      ...{ deleted: true, enabled: false, settings: '{}', secrets: null },
    });
    for (const [key, delivery] of this.#transaction.table('deliveries')) {
      if (delivery.contact_point_id !== id || delivery.finished_ms !== null) continue;
      this.#transaction.set('deliveries', key, {
        ...delivery,
        ...{ status: 'cancelled', reason: 'the contact point was removed', finished_ms: at },
      });
    }
  }

  async alertRulesOf(id: string): Promise<string[]> {
    return rulesNaming(this.#transaction, [id]);
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }
}

/** Removes the contact points of a user and everything that was sent to them. */
export function removeContactPointsOf(transaction: Transaction, userId: string): void {
  const points = [...transaction.table('contact_points').values()].filter(({ user_id }) => user_id === userId);
  for (const { contact_point_id: id } of points) {
    transaction.deleteWhere('deliveries', ({ contact_point_id }) => contact_point_id === id);
    transaction.delete('contact_points', id);
  }
}

/** The contact points. */
export class MemoryContactPointCatalog extends MemoryContactPointReader implements ContactPointCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: ContactPointChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing((transaction) => work(new MemoryContactPointChanges(transaction))),
    );
  }
}

function valuesOf(point: Omit<NewContactPoint, 'userId' | 'channel' | 'createdAt'>) {
  const { name, settings, secrets = null, zone, quietHours, digest, enabled } = point;
  const quiet = quietHours === undefined ? null : JSON.stringify(quietHours);
  return {
    name,
    settings: JSON.stringify(settings),
    secrets,
    zone,
    quiet_hours: quiet,
    enabled,
    digest: digest === undefined ? null : JSON.stringify(digest),
  };
}

function byPlace(a: ContactPointPlace, b: ContactPointPlace): number {
  return a.createdAt - b.createdAt || byBytes(a.id, b.id);
}

function contactPointOf(row: RecordRow<'contact_points'>): ContactPointRecord {
  const { contact_point_id: id, user_id, name, channel, secrets, zone, enabled, notice, version } = row;
  return {
    ...{ id, name, channel, zone, enabled, version, settings: JSON.parse(row.settings), createdAt: row.created_ms },
    ...{ userId: user_id ?? undefined, secrets: secrets ?? undefined, notice: notice ?? undefined },
    quietHours: row.quiet_hours === null ? undefined : JSON.parse(row.quiet_hours),
    digest: row.digest === null ? undefined : JSON.parse(row.digest),
  };
}
