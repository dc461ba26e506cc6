import type { AuditRecord, TimePlace } from '../../../src/storage/ports/account-catalog.ts';
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
} from '../../../src/storage/ports/alerts.ts';
import type { DeliveryChanges } from '../../../src/storage/ports/deliveries.ts';
import { WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { ALERT_GROUPS, ALERT_RULES, INCIDENT_EVENTS, INCIDENTS } from '../../../src/storage/sql/alert-records.ts';
import type { RecordMap } from '../../../src/storage/sql/record-map.ts';
import { MemoryAccountReader } from './account-reader.ts';
import { addAudit } from './audit.ts';
import { MemoryContactPointReader } from './contact-points.ts';
import { ONLY, only, type Rows, type View } from './data.ts';
import { MemoryDeliveryChanges } from './deliveries.ts';
import { MemoryFactorChanges } from './factors.ts';
import type { MemoryDatabase, Transaction } from './transaction.ts';

/** Tables of records that the engines with SQL map in the same way. */
type MappedTable = 'alert_rules' | 'incidents' | 'incident_events' | 'alert_groups';

/** Reads alert rules and incidents. */
class MemoryAlertReader implements AlertReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async revision(): Promise<number> {
    return only(this.#view, 'alert_revision');
  }

  async rules(): Promise<AlertRuleRecord[]> {
    return this.#all(ALERT_RULES).sort((a, b) => a.createdAt - b.createdAt || byText(a.id, b.id));
  }

  async rule(id: string): Promise<AlertRuleRecord | undefined> {
    return this.#all(ALERT_RULES).find((rule) => rule.id === id);
  }

  async liveIncidents(): Promise<IncidentRecord[]> {
    return this.#all(INCIDENTS)
      .filter(({ resolvedAt, said }) => resolvedAt === undefined || said === 'opened')
      .sort((a, b) => a.openedAt - b.openedAt || byText(a.id, b.id));
  }

  async incident(id: string): Promise<IncidentRecord | undefined> {
    return this.#all(INCIDENTS).find((incident) => incident.id === id);
  }

  async incidents(filter: IncidentFilter, before: TimePlace | undefined, limit: number): Promise<IncidentRecord[]> {
    const { storeIds, ruleId, outageId, kinds, open, openSince, acknowledged, members } = filter;
    const among = storeIds && new Set(storeIds);
    return this.#all(INCIDENTS)
      .filter(
        (incident) =>
          (among === undefined || (incident.storeId !== undefined && among.has(incident.storeId))) &&
          (ruleId === undefined || incident.ruleId === ruleId) &&
          (outageId === undefined || incident.outageId === outageId) &&
          (kinds === undefined || kinds.includes(incident.kind)) &&
          (open === undefined || (incident.resolvedAt === undefined) === open) &&
          (openSince === undefined || (incident.resolvedAt ?? Number.POSITIVE_INFINITY) >= openSince) &&
          (acknowledged === undefined || (incident.acknowledgedAt !== undefined) === acknowledged) &&
          (members !== false || incident.parentId === undefined),
      )
      .sort((a, b) => b.openedAt - a.openedAt || byText(a.id, b.id))
      .filter(
        ({ openedAt, id }) =>
          before === undefined || openedAt < before.at || (openedAt === before.at && byText(id, before.id) > 0),
      )
      .slice(0, limit);
  }

  async memberCounts(outageIds: readonly string[], storeIds?: readonly string[]): Promise<MemberCount[]> {
    const among = storeIds && new Set(storeIds);
    return [...new Set(outageIds)].toSorted(byText).flatMap((outageId) => {
      const members = this.#all(INCIDENTS).filter(
        (incident) => incident.outageId === outageId && (among === undefined || among.has(incident.storeId ?? '')),
      );
      const open = members.filter(({ resolvedAt }) => resolvedAt === undefined).length;
      return members.length === 0 ? [] : [{ outageId, stores: members.length, open }];
    });
  }

  async events(incidentId: string): Promise<IncidentEventRecord[]> {
    return this.#all(INCIDENT_EVENTS)
      .filter((event) => event.incidentId === incidentId)
      .sort((a, b) => a.at - b.at || byText(a.id, b.id));
  }

  async groups(): Promise<AlertGroupRecord[]> {
    return this.#all(ALERT_GROUPS).sort((a, b) => byText(a.id, b.id));
  }

  async settled(storeIds: readonly string[]): Promise<Settled[]> {
    const among = new Set(storeIds);
    const found = new Map<string, Settled>();
    for (const { ruleId, storeId, settledThrough } of this.#all(INCIDENTS)) {
      if (ruleId === undefined || storeId === undefined || settledThrough === undefined || !among.has(storeId))
        continue;
      const key = JSON.stringify([ruleId, storeId]);
      if ((found.get(key)?.through ?? Number.NEGATIVE_INFINITY) >= settledThrough) continue;
      found.set(key, { ruleId, storeId, through: settledThrough });
    }
    return [...found.values()];
  }

  async ownersOf(storeIds: readonly string[]): Promise<StoreOwner[]> {
    const users = this.#view.table('users');
    return [...this.#view.table('user_stores').values()]
      .filter(({ user_id, store_id }) => {
        const user = users.get(user_id);
        return user?.role === 'owner' && !user.disabled && storeIds.includes(store_id);
      })
      .map(({ user_id, store_id }) => ({ userId: user_id, storeId: store_id }))
      .sort((a, b) => byText(a.userId, b.userId) || byText(a.storeId, b.storeId));
  }

  async storesWithNotifiedOwner(): Promise<string[]> {
    const reached = new Set<unknown>();
    for (const { user_id, enabled } of this.#view.table('contact_points').values()) if (enabled) reached.add(user_id);
    const users = this.#view.table('users');
    const stores = [...this.#view.table('user_stores').values()].filter(({ user_id }) => {
      const user = users.get(user_id);
      return reached.has(user_id) && user?.role === 'owner' && !user.disabled;
    });
    return [...new Set(stores.map(({ store_id }) => store_id))];
  }

  async downtime(ruleId: string, from: number, to: number): Promise<StoreDowntime[]> {
    const sums = new Map<string, number>();
    for (const incident of this.#all(INCIDENTS)) {
      const { storeId, since, upAt, resolvedAt } = incident;
      const until = upAt ?? resolvedAt ?? to;
      if (incident.ruleId !== ruleId || storeId === undefined || since >= to || until <= from) continue;
      sums.set(storeId, (sums.get(storeId) ?? 0) + Math.min(until, to) - Math.max(since, from));
    }
    return [...sums].sort(([a], [b]) => byText(a, b)).map(([storeId, milliseconds]) => ({ storeId, milliseconds }));
  }

  #all<T extends object>(map: RecordMap<T>): T[] {
    return [...this.#view.table(map.table as MappedTable).values()].map((row) => map.recordOf(row));
  }
}

/** Changes alert rules and incidents within a transaction. */
class MemoryAlertChanges extends MemoryAlertReader implements AlertChanges {
  readonly deliveries: DeliveryChanges;
  readonly accounts: MemoryAccountReader;
  readonly contactPoints: MemoryContactPointReader;
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
    this.deliveries = new MemoryDeliveryChanges(transaction);
    this.accounts = new MemoryAccountReader(transaction);
    this.contactPoints = new MemoryContactPointReader(transaction);
  }

  async saveRules(rules: readonly AlertRuleRecord[]): Promise<void> {
    this.#save(ALERT_RULES, rules);
  }

  async removeRule(id: string): Promise<void> {
    this.#transaction.delete('alert_rules', id);
  }

  async saveIncidents(incidents: readonly IncidentRecord[]): Promise<void> {
    this.#save(INCIDENTS, incidents);
  }

  async addEvents(events: readonly IncidentEventRecord[]): Promise<void> {
    this.#save(INCIDENT_EVENTS, events);
  }

  async saveGroups(groups: readonly AlertGroupRecord[]): Promise<void> {
    this.#save(ALERT_GROUPS, groups);
  }

  spendLink(hash: string, expiresAt: number, now: number): Promise<boolean> {
    return new MemoryFactorChanges(this.#transaction).spend(hash, expiresAt, now);
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }

  #save<T extends object>(map: RecordMap<T>, records: readonly T[]): void {
    for (const record of records) {
      const row = map.rowOf(record) as unknown as Rows[MappedTable];
      this.#transaction.set(map.table as MappedTable, String(record[map.key.field]), row);
    }
  }
}

/** The alert rules and incidents. */
export class MemoryAlertCatalog extends MemoryAlertReader implements AlertCatalog {
  readonly #database: MemoryDatabase;
  readonly #queue: WriteQueue;

  /** @param writeWait how long a change waits for another, milliseconds */
  constructor(database: MemoryDatabase, writeWait: number) {
    super(database);
    this.#database = database;
    this.#queue = new WriteQueue(writeWait);
  }

  changing<T>(work: (changes: AlertChanges) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#database.changing(async (transaction) => {
        const result = await work(new MemoryAlertChanges(transaction));
        transaction.set('alert_revision', ONLY, only(transaction, 'alert_revision') + 1);
        return result;
      }),
    );
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
