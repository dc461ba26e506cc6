import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord, TimePlace } from '../ports/account-catalog.ts';
import type {
  AlertCatalog,
  AlertChanges,
  AlertGroupRecord,
  AlertReader,
  AlertRuleRecord,
  IncidentEventRecord,
  IncidentFilter,
  IncidentRecord,
  MemberCount,
  Settled,
  StoreDowntime,
  StoreOwner,
} from '../ports/alerts.ts';
import type { DeliveryChanges } from '../ports/deliveries.ts';
import { SqlAccountReader } from './account-reader.ts';
import { ALERT_GROUPS, ALERT_RULES, INCIDENT_EVENTS, INCIDENTS } from './alert-records.ts';
import { addAudit } from './audit.ts';
import { SqlContactPointReader } from './contact-points.ts';
import { SqlDeliveryChanges } from './deliveries.ts';
import { spendTicket } from './factors.ts';
import type { InsertDialect } from './insert-dialect.ts';
import type { JsonRows } from './json-rows.ts';

/** What differs between the engines. */
export interface AlertDialect extends InsertDialect, JsonRows {
  /** Waits, within a transaction, until no other transaction changes alerts. */
  lock(sql: Sql): Promise<void>;
}

/** Reads alert rules and incidents, in SQL common to both engines. */
export class SqlAlertReader implements AlertReader {
  protected readonly sql: Sql;
  protected readonly dialect: AlertDialect;

  constructor(sql: Sql, dialect: AlertDialect) {
    this.sql = sql;
    this.dialect = dialect;
  }

  async revision(): Promise<number> {
    const { number } = await this.sql.row('select number from alert_revision');
    return Number(number);
  }

  async rules(): Promise<AlertRuleRecord[]> {
    const rows = await this.sql.rows('select * from alert_rules order by created_ms, rule_id');
    return rows.map((row) => ALERT_RULES.recordOf(row));
  }

  async rule(id: string): Promise<AlertRuleRecord | undefined> {
    const [row] = await this.sql.rows('select * from alert_rules where rule_id = $id', { id });
    return row && ALERT_RULES.recordOf(row);
  }

  async liveIncidents(): Promise<IncidentRecord[]> {
    const rows = await this.sql.rows(
      `select * from incidents where resolved_ms is null or said = 'opened' order by opened_ms, incident_id`,
    );
    return rows.map((row) => INCIDENTS.recordOf(row));
  }

  async incident(id: string): Promise<IncidentRecord | undefined> {
    const [row] = await this.sql.rows('select * from incidents where incident_id = $id', { id });
    return row && INCIDENTS.recordOf(row);
  }

  async incidents(filter: IncidentFilter, before: TimePlace | undefined, limit: number): Promise<IncidentRecord[]> {
    const { storeIds, ruleId, outageId, kinds, open, openSince, acknowledged, members } = filter;
    const conditions = [
      storeIds && `store_id in (select ${this.dialect.texts('$store_ids')})`,
      ruleId !== undefined && 'rule_id = $rule_id',
      outageId !== undefined && 'outage_id = $outage_id',
      kinds && `kind in (select ${this.dialect.texts('$kinds')})`,
      open !== undefined && `resolved_ms is ${open ? '' : 'not '}null`,
      openSince !== undefined && '(resolved_ms is null or resolved_ms >= $open_since::bigint)',
      acknowledged !== undefined && `acknowledged_ms is ${acknowledged ? 'not ' : ''}null`,
      members === false && 'parent_id is null',
      before && '(opened_ms < $at::bigint or opened_ms = $at::bigint and incident_id > $id)',
    ].filter((condition) => typeof condition === 'string');
    const rows = await this.sql.rows(
      `select * from incidents where ${['true', ...conditions].join(' and ')}
       order by opened_ms desc, incident_id limit $limit::integer`,
      {
        ...(storeIds && { store_ids: JSON.stringify(storeIds) }),
        ...(ruleId !== undefined && { rule_id: ruleId }),
        ...(outageId !== undefined && { outage_id: outageId }),
        ...(kinds && { kinds: JSON.stringify(kinds) }),
        ...(openSince !== undefined && { open_since: openSince }),
        ...(before && { at: before.at, id: before.id }),
        limit,
      },
    );
    return rows.map((row) => INCIDENTS.recordOf(row));
  }

  async memberCounts(outageIds: readonly string[], storeIds?: readonly string[]): Promise<MemberCount[]> {
    const rows = await this.sql.rows(
      `select outage_id, count(*) as stores, count(case when resolved_ms is null then 1 end) as still from incidents
       where outage_id in (select ${this.dialect.texts('$outage_ids')})
         ${storeIds === undefined ? '' : `and store_id in (select ${this.dialect.texts('$store_ids')})`}
       group by outage_id order by outage_id`,
      {
        outage_ids: JSON.stringify(outageIds),
        ...(storeIds !== undefined && { store_ids: JSON.stringify(storeIds) }),
      },
    );
    return rows.map(({ outage_id, stores, still }) => ({
      ...{ outageId: String(outage_id), stores: Number(stores), open: Number(still) },
    }));
  }

  async events(incidentId: string): Promise<IncidentEventRecord[]> {
    const rows = await this.sql.rows('select * from incident_events where incident_id = $id order by at_ms, event_id', {
      id: incidentId,
    });
    return rows.map((row) => INCIDENT_EVENTS.recordOf(row));
  }

  async groups(): Promise<AlertGroupRecord[]> {
    const rows = await this.sql.rows('select * from alert_groups order by group_id');
    return rows.map((row) => ALERT_GROUPS.recordOf(row));
  }

  async settled(storeIds: readonly string[]): Promise<Settled[]> {
    const rows = await this.sql.rows(
      `select rule_id, store_id, max(settled_ms) as through from incidents
       where settled_ms is not null and store_id in (select ${this.dialect.texts('$store_ids')})
       group by rule_id, store_id`,
      { store_ids: JSON.stringify(storeIds) },
    );
    return rows.map(({ rule_id, store_id, through }) => ({
      ruleId: String(rule_id),
      storeId: String(store_id),
      through: Number(through),
    }));
  }

  async ownersOf(storeIds: readonly string[]): Promise<StoreOwner[]> {
    const rows = await this.sql.rows(
      `select s.user_id, s.store_id from user_stores s join users u on u.user_id = s.user_id
       where u.role = 'owner' and not u.disabled and s.store_id in (select ${this.dialect.texts('$store_ids')})
       order by s.user_id, s.store_id`,
      { store_ids: JSON.stringify(storeIds) },
    );
    return rows.map(({ user_id, store_id }) => ({ userId: String(user_id), storeId: String(store_id) }));
  }

  async storesWithNotifiedOwner(): Promise<string[]> {
    const rows = await this.sql.rows(
      `select distinct s.store_id from user_stores s join users u on u.user_id = s.user_id
       where u.role = 'owner' and not u.disabled
         and exists (select 1 from contact_points p where p.user_id = u.user_id and p.enabled)`,
    );
    return rows.map(({ store_id }) => String(store_id));
  }

  async downtime(ruleId: string, from: number, to: number): Promise<StoreDowntime[]> {
    const rows = await this.sql.rows(
      `select store_id,
         sum(least(coalesce(up_ms, resolved_ms, $to::bigint), $to::bigint) - greatest(since_ms, $from::bigint)) as down
       from incidents
       where rule_id = $rule_id and store_id is not null and since_ms < $to::bigint
         and coalesce(up_ms, resolved_ms, $to::bigint) > $from::bigint
       group by store_id order by store_id`,
      { rule_id: ruleId, from, to },
    );
    return rows.map(downtimeOf);
  }
}

function downtimeOf({ store_id, down }: Row): StoreDowntime {
  return { storeId: String(store_id), milliseconds: Number(down) };
}

/** Changes alert rules and incidents within a transaction, likewise. */
class SqlAlertChanges extends SqlAlertReader implements AlertChanges {
  readonly deliveries: DeliveryChanges;
  readonly accounts: SqlAccountReader;
  readonly contactPoints: SqlContactPointReader;

  constructor(sql: Sql, dialect: AlertDialect) {
    super(sql, dialect);
    this.deliveries = new SqlDeliveryChanges(sql, dialect);
    this.accounts = new SqlAccountReader(sql);
    this.contactPoints = new SqlContactPointReader(sql);
  }

  saveRules(rules: readonly AlertRuleRecord[]): Promise<void> {
    return ALERT_RULES.save(this.sql, rules, this.dialect.rowsOf);
  }

  async removeRule(id: string): Promise<void> {
    await this.sql.run('delete from alert_rules where rule_id = $id', { id });
  }

  saveIncidents(incidents: readonly IncidentRecord[]): Promise<void> {
    return INCIDENTS.save(this.sql, incidents, this.dialect.rowsOf);
  }

  addEvents(events: readonly IncidentEventRecord[]): Promise<void> {
    return INCIDENT_EVENTS.add(this.sql, events, this.dialect.rowsOf);
  }

  saveGroups(groups: readonly AlertGroupRecord[]): Promise<void> {
    return ALERT_GROUPS.save(this.sql, groups, this.dialect.rowsOf);
  }

  spendLink(hash: string, expiresAt: number, now: number): Promise<boolean> {
    return spendTicket(this.sql, hash, expiresAt, now);
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** The alert rules and incidents, in SQL common to both engines. */
export class SqlAlertCatalog extends SqlAlertReader implements AlertCatalog {
  readonly #transactions: TransactionalSql;

  constructor(sql: TransactionalSql, dialect: AlertDialect) {
    super(sql, dialect);
    this.#transactions = sql;
  }

  changing<T>(work: (changes: AlertChanges) => Promise<T>): Promise<T> {
    return this.#transactions.transaction(async (sql) => {
      await this.dialect.lock(sql);
      const result = await work(new SqlAlertChanges(sql, this.dialect));
      await sql.run('update alert_revision set number = number + 1');
      return result;
    });
  }
}
