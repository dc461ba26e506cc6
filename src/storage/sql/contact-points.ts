import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type {
  ContactPointCatalog,
  ContactPointChanges,
  ContactPointFilter,
  ContactPointPlace,
  ContactPointReader,
  ContactPointRecord,
  Digest,
  NewContactPoint,
  QuietHours,
} from '../ports/contact-points.ts';
import { rulesNaming } from './alert-uses.ts';
import { addAudit } from './audit.ts';

/** A condition on `contact_points c`; its parameter is `$user_id`. */
export const WHOSE = `((c.user_id is null and $team::boolean) or c.user_id = $user_id)`;

/** The parameters of `WHOSE`. */
export function whoseParameters({ userId, team }: ContactPointFilter) {
  // No user has an empty ID.
  return { user_id: userId ?? '', team };
}

const COLUMNS = `c.contact_point_id, c.user_id, c.name, c.channel, c.settings, c.secrets, c.zone, c.quiet_hours,
  c.digest, c.enabled, c.notice, c.version, c.created_ms`;

/** Reads contact points, in SQL common to both engines. */
export class SqlContactPointReader implements ContactPointReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async contactPoint(id: string): Promise<ContactPointRecord | undefined> {
    const [row] = await this.sql.rows(
      `select ${COLUMNS} from contact_points c where contact_point_id = $id and not deleted`,
      { id },
    );
    return row && contactPointOf(row);
  }

  async contactPoints(
    filter: ContactPointFilter,
    after: ContactPointPlace | undefined,
    limit: number,
  ): Promise<ContactPointRecord[]> {
    const later =
      after === undefined
        ? ''
        : `and (created_ms > $after_ms::bigint or (created_ms = $after_ms::bigint and contact_point_id > $after_id))`;
    const rows = await this.sql.rows(
      `select ${COLUMNS} from contact_points c where not deleted and ${WHOSE} ${later}
       order by created_ms, contact_point_id limit $limit::integer`,
      {
        ...whoseParameters(filter),
        limit,
        ...(after !== undefined && { after_ms: after.createdAt, after_id: after.id }),
      },
    );
    return rows.map(contactPointOf);
  }

  async countContactPoints(filter: ContactPointFilter): Promise<number> {
    const { points } = await this.sql.row(
      `select count(*) as points from contact_points c where not deleted and ${WHOSE}`,
      whoseParameters(filter),
    );
    return Number(points);
  }

  async contactPointsWithDigest(): Promise<ContactPointRecord[]> {
    const rows = await this.sql.rows(
      `select ${COLUMNS} from contact_points c where not deleted and enabled and digest is not null
       order by created_ms, contact_point_id`,
    );
    return rows.map(contactPointOf);
  }
}

/** What differs between the engines. */
export interface ContactPointDialect {
  /** Waits, within a transaction, until no other transaction changes contact points. */
  lock(sql: Sql): Promise<void>;
  /** Likewise, alerts. */
  lockAlerts(sql: Sql): Promise<void>;
}

/** Changes contact points within a transaction, likewise. */
export class SqlContactPointChanges extends SqlContactPointReader implements ContactPointChanges {
  readonly #lockAlerts: ContactPointDialect['lockAlerts'];

  constructor(sql: Sql, { lockAlerts }: Pick<ContactPointDialect, 'lockAlerts'>) {
    super(sql);
    this.#lockAlerts = lockAlerts;
  }

  async addContactPoint(point: NewContactPoint): Promise<void> {
    await this.sql.run(
      `insert into contact_points (contact_point_id, user_id, name, channel, settings, secrets, zone, quiet_hours,
         digest, enabled, version, created_ms, deleted, lease_until_ms, held_until_ms)
       values ($id, $user_id, $name, $channel, $settings, $secrets, $zone, $quiet_hours, $digest, $enabled, 1, $created::bigint,
         false, 0, 0)`,
      { ...valuesOf(point), user_id: point.userId ?? null, channel: point.channel, created: point.createdAt },
    );
  }

  async changeContactPoint(point: Omit<NewContactPoint, 'userId' | 'channel' | 'createdAt'>): Promise<void> {
    await this.sql.run(
      `update contact_points set name = $name, settings = $settings, secrets = $secrets, zone = $zone,
         quiet_hours = $quiet_hours, digest = $digest, enabled = $enabled, notice = null, version = version + 1
       where contact_point_id = $id`,
      valuesOf(point),
    );
  }

  async removeContactPoint(id: string, at: number): Promise<void> {
    await this.sql.run(
      `update contact_points set deleted = true, enabled = false, settings = '{}', secrets = null
       where contact_point_id = $id`,
      { id },
    );
    await this.sql.run(
      `update deliveries set status = 'cancelled', reason = 'the contact point was removed', finished_ms = $at::bigint
       where contact_point_id = $id and status in ('pending', 'sending')`,
      { id, at },
    );
  }

  async alertRulesOf(id: string): Promise<string[]> {
    await this.#lockAlerts(this.sql);
    return rulesNaming(this.sql, [id]);
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** Removes the contact points of a user and everything that was sent to them. */
export async function removeContactPointsOf(sql: Sql, userId: string): Promise<void> {
  await sql.run(
    `delete from deliveries
     where contact_point_id in (select contact_point_id from contact_points where user_id = $user_id)`,
    { user_id: userId },
  );
  await sql.run('delete from contact_points where user_id = $user_id', { user_id: userId });
}

/** The contact points, likewise. */
export class SqlContactPointCatalog extends SqlContactPointReader implements ContactPointCatalog {
  readonly #sql: TransactionalSql;
  readonly #dialect: ContactPointDialect;

  constructor(sql: TransactionalSql, dialect: ContactPointDialect) {
    super(sql);
    this.#sql = sql;
    this.#dialect = dialect;
  }

  changing<T>(work: (changes: ContactPointChanges) => Promise<T>): Promise<T> {
    return this.#sql.transaction(async (sql) => {
      await this.#dialect.lock(sql);
      return work(new SqlContactPointChanges(sql, this.#dialect));
    });
  }
}

function valuesOf(point: Omit<NewContactPoint, 'userId' | 'channel' | 'createdAt'>) {
  const { id, name, settings, secrets = null, zone, quietHours, digest, enabled } = point;
  return {
    ...{ id, name, secrets, zone, enabled, settings: JSON.stringify(settings) },
    quiet_hours: quietHours === undefined ? null : JSON.stringify(quietHours),
    digest: digest === undefined ? null : JSON.stringify(digest),
  };
}

function contactPointOf(row: Row): ContactPointRecord {
  return {
    id: String(row.contact_point_id),
    userId: row.user_id === null ? undefined : String(row.user_id),
    name: String(row.name),
    channel: String(row.channel),
    settings: JSON.parse(String(row.settings)),
    secrets: row.secrets === null ? undefined : String(row.secrets),
    zone: String(row.zone),
    quietHours: row.quiet_hours === null ? undefined : (JSON.parse(String(row.quiet_hours)) as QuietHours),
    digest: row.digest === null ? undefined : (JSON.parse(String(row.digest)) as Digest),
    enabled: Boolean(row.enabled),
    notice: row.notice === null ? undefined : String(row.notice),
    version: Number(row.version),
    createdAt: Number(row.created_ms),
  };
}
