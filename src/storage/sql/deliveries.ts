import type { NotificationFacts, NotificationKind } from '../../domain/alerts/facts.ts';
import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
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
} from '../ports/deliveries.ts';
import { WHOSE, whoseParameters } from './contact-points.ts';
import type { InsertDialect } from './insert-dialect.ts';

/** What differs between the engines. */
export interface DeliveryDialect extends InsertDialect {
  /** An expression: the database's clock, milliseconds since 1970, a bigint. */
  readonly now: string;
  /** Ends a query for a row of `contact_points c` that no other transaction has. */
  readonly lockContactPoint: string;
}

/** Adds and cancels deliveries within a transaction, in SQL common to both engines. */
export class SqlDeliveryChanges implements DeliveryChanges {
  readonly #sql: Sql;
  readonly #dialect: InsertDialect;

  constructor(sql: Sql, dialect: InsertDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  async addDelivery({ id, key, contactPointId, incidentId, kind, facts, notBefore, createdAt }: NewDelivery) {
    const added = await this.#sql.run(
      `insert into deliveries (delivery_id, delivery_key, contact_point_id, incident_id, kind, facts, status,
         not_before_ms, created_ms, next_ms, attempts)
       select $id, $key, $contact_point, $incident, $kind, $facts, 'pending', $not_before::bigint, $created::bigint,
         $not_before::bigint, 0
       where not exists (select 1 from deliveries where delivery_key = $key) ${this.#dialect.ignoreDuplicates}`,
      {
        ...{ id, key, contact_point: contactPointId, incident: incidentId ?? null, kind },
        ...{ facts: JSON.stringify(facts), not_before: notBefore, created: createdAt },
      },
    );
    return added === 1;
  }

  cancelDeliveries(incidentId: string, reason: string, at: number): Promise<number> {
    return this.#sql.run(
      `update deliveries set status = 'cancelled', reason = $reason, finished_ms = $at::bigint
       where incident_id = $incident and status = 'pending'`,
      { incident: incidentId, reason, at },
    );
  }
}

const COLUMNS = [
  ...['delivery_id', 'delivery_key', 'contact_point_id', 'incident_id', 'kind', 'facts', 'status'],
  ...['not_before_ms', 'created_ms', 'next_ms', 'attempts', 'reason', 'finished_ms'],
];
const QUALIFIED = COLUMNS.map((column) => `d.${column}`).join(', ');

/** Whether a delivery is the last one of its incident, whatever the clock showed when it was written. */
const isLast = (delivery: string) => `${delivery}.kind in ('resolved', 'sight_returned')`;

/** A delivery `d` that is due at `$now`, and no earlier one of its incident has to be sent before it. */
const DUE = `d.status in ('pending', 'sending') and d.next_ms <= $now::bigint and not exists (
  select 1 from deliveries e
  where e.contact_point_id = d.contact_point_id and e.incident_id = d.incident_id
    and e.status in ('pending', 'sending') and (e.attempts > 0 or e.next_ms <= $now::bigint)
    and case
      when ${isLast('e')} then ${isLast('d')} and e.delivery_id < d.delivery_id
      when ${isLast('d')} then true
      else e.created_ms < d.created_ms or (e.created_ms = d.created_ms and e.delivery_id < d.delivery_id)
    end)`;

/** The deliveries, likewise. */
export class SqlDeliveries implements Deliveries {
  readonly #sql: TransactionalSql;
  readonly #dialect: DeliveryDialect;

  constructor(sql: TransactionalSql, dialect: DeliveryDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  adding<T>(work: (changes: DeliveryChanges) => Promise<T>): Promise<T> {
    return this.#sql.transaction((sql) => work(new SqlDeliveryChanges(sql, this.#dialect)));
  }

  async delivery(id: string): Promise<DeliveryRecord | undefined> {
    const [row] = await this.#sql.rows(`select ${QUALIFIED} from deliveries d where delivery_id = $id`, { id });
    return row && deliveryOf(row);
  }

  async deliveries(
    { whose, id, contactPointId, incidentId, status, kind, keyStart, search }: DeliveryFilter,
    before: DeliveryPlace | undefined,
    limit: number,
  ): Promise<ListedDelivery[]> {
    const filters = {
      ...(id !== undefined && { delivery_id: id }),
      ...(contactPointId !== undefined && { contact_point_id: contactPointId }),
      ...(incidentId !== undefined && { incident_id: incidentId }),
      ...(status !== undefined && { status }),
      ...(kind !== undefined && { kind }),
    };
    const conditions = [WHOSE, ...Object.keys(filters).map((column) => `d.${column} = $${column}`)];
    if (keyStart !== undefined) conditions.push('strpos(d.delivery_key, $key_start) = 1');
    if (search !== undefined) {
      conditions.push(
        `(strpos(lower(c.name), lower($search)) > 0 or strpos(lower(coalesce(d.reason, '')), lower($search)) > 0)`,
      );
    }
    if (before !== undefined) {
      conditions.push(
        `(d.created_ms < $before_ms::bigint or (d.created_ms = $before_ms::bigint and d.delivery_id < $before_id))`,
      );
    }
    const rows = await this.#sql.rows(
      `select ${QUALIFIED}, c.name, c.channel from deliveries d join contact_points c on c.contact_point_id = d.contact_point_id
       where ${conditions.join(' and ')} order by d.created_ms desc, d.delivery_id desc limit $limit::integer`,
      {
        ...{ ...whoseParameters(whose), ...filters, limit },
        ...(keyStart !== undefined && { key_start: keyStart }),
        ...(search !== undefined && { search }),
        ...(before !== undefined && { before_ms: before.createdAt, before_id: before.id }),
      },
    );
    return rows.map((row) => ({
      ...deliveryOf(row),
      ...{ contactPointName: String(row.name), channel: String(row.channel) },
    }));
  }

  claim(claim: string, now: number, lease: number): Promise<ClaimedDelivery | undefined> {
    const { now: clock, lockContactPoint } = this.#dialect;
    const isFree = `lease_until_ms < ${clock} and held_until_ms <= $now::bigint`;
    return this.#sql.transaction(async (sql) => {
      // The lease is that of the contact point, so that no two workers send to it at the same time.
      const [point] = await sql.rows(
        `update contact_points set claimed_by = $claim, lease_until_ms = ${clock} + $lease::bigint
         where ${isFree} and contact_point_id = (
           select c.contact_point_id from deliveries d join contact_points c on c.contact_point_id = d.contact_point_id
           where ${isFree} and ${DUE} order by d.next_ms, d.created_ms, d.delivery_id limit 1 ${lockContactPoint})
         returning contact_point_id`,
        { claim, now, lease },
      );
      if (point === undefined) return undefined;
      const [row] = await sql.rows(
        `update deliveries set status = 'sending', claimed_by = $claim, attempts = attempts + 1
         where delivery_id = (
           select d.delivery_id from deliveries d where d.contact_point_id = $point and ${DUE}
           order by d.next_ms, d.created_ms, d.delivery_id limit 1)
         returning ${COLUMNS.join(', ')}`,
        { claim, now, point: String(point.contact_point_id) },
      );
      if (row !== undefined) return { ...deliveryOf(row), claim };
      await free(sql, claim, 0);
      return undefined;
    });
  }

  settle(delivery: ClaimedDelivery, outcome: DeliveryOutcome, now: number, holdUntil: number): Promise<boolean> {
    const { status } = outcome;
    const pending = status === 'pending';
    return this.#sql.transaction(async (sql) => {
      // The contact point first, as in `claim`: two transactions that lock the same rows never wait for each other.
      if (outcome.status === 'failed' && outcome.notice !== undefined) {
        await sql.run('update contact_points set enabled = false, notice = $notice where contact_point_id = $point', {
          notice: outcome.notice,
          point: delivery.contactPointId,
        });
      }
      await free(sql, delivery.claim, holdUntil);
      const settled = await sql.run(
        `update deliveries set status = $status, reason = $reason, next_ms = coalesce($next::bigint, next_ms),
           attempts = attempts - $uncounted::integer, finished_ms = $finished::bigint
         where delivery_id = $id and claimed_by = $claim and status = 'sending'`,
        {
          ...{ id: delivery.id, claim: delivery.claim, status },
          reason: outcome.status === 'sent' ? null : (outcome.reason ?? null),
          next: pending ? outcome.nextAt : null,
          uncounted: pending && !outcome.counts ? 1 : 0,
          finished: pending ? null : now,
        },
      );
      return settled === 1;
    });
  }

  bringForward(now: number, lease: number): Promise<void> {
    const { now: clock } = this.#dialect;
    return this.#sql.transaction(async (sql) => {
      // The contact points first, as in `claim`.
      await sql.run(
        `update contact_points set held_until_ms = least(held_until_ms, $now::bigint),
           lease_until_ms = least(lease_until_ms, ${clock} + $lease::bigint)
         where held_until_ms > $now::bigint or lease_until_ms > ${clock} + $lease::bigint`,
        { now, lease },
      );
      await sql.run(
        `update deliveries set next_ms = $now::bigint
         where status in ('pending', 'sending') and next_ms > $now::bigint`,
        { now },
      );
    });
  }

  prune(before: number): Promise<number> {
    return this.#sql.run('delete from deliveries where finished_ms < $before::bigint', { before });
  }
}

/** Ends the lease of a contact point, unless another worker has it. */
async function free(sql: Sql, claim: string, holdUntil: number): Promise<void> {
  await sql.run(
    `update contact_points set lease_until_ms = 0, held_until_ms = greatest(held_until_ms, $hold::bigint)
     where claimed_by = $claim`,
    { claim, hold: holdUntil },
  );
}

function deliveryOf(row: Row): DeliveryRecord {
  return {
    id: String(row.delivery_id),
    key: String(row.delivery_key),
    contactPointId: String(row.contact_point_id),
    incidentId: row.incident_id === null ? undefined : String(row.incident_id),
    kind: row.kind as NotificationKind,
    facts: JSON.parse(String(row.facts)) as NotificationFacts,
    notBefore: Number(row.not_before_ms),
    createdAt: Number(row.created_ms),
    status: row.status as DeliveryStatus,
    nextAt: Number(row.next_ms),
    attempts: Number(row.attempts),
    reason: row.reason === null ? undefined : String(row.reason),
    finishedAt: row.finished_ms === null ? undefined : Number(row.finished_ms),
  };
}
