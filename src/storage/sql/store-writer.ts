import type { Row, Sql } from '../../lib/sql.ts';
import { labelsText } from '../../lib/store-fields.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type { DeletedPoll, DescribedStore, StoreDescription, StoreRecord, StoreWriter } from '../ports/stores.ts';
import { addAudit, addAudits } from './audit.ts';
import type { JsonRows } from './json-rows.ts';
import { type PollDeleting, SqlPollDeleting } from './poll-deleting.ts';
import type { Changes } from './revision.ts';
import { SqlScheduleWriter } from './schedule-writer.ts';
import { UNKNOWN_UNTIL } from './unread.ts';

const KEY = { name: 'key', type: 'integer' };
const DESCRIBED = ['name', 'labels', 'probe_url'].map((name) => ({ name, type: 'text' }));

/** Changes stores within the connection's present transaction, in SQL common to both engines. */
export class SqlStoreWriter extends SqlScheduleWriter implements StoreWriter {
  readonly #sql: Sql;
  readonly #changes: Changes;
  readonly #json: JsonRows;
  readonly #polls: PollDeleting;

  /** @param polls where the polls are; if not given, in the same database */
  constructor(sql: Sql, changes: Changes, json: JsonRows, polls: PollDeleting = new SqlPollDeleting(sql)) {
    super(sql, changes, json);
    this.#polls = polls;
    this.#sql = sql;
    this.#changes = changes;
    this.#json = json;
  }

  async findStore(id: string): Promise<StoreRecord | undefined> {
    return (await this.findStores([id])).get(id);
  }

  async findStores(ids: readonly string[]): Promise<ReadonlyMap<string, StoreRecord>> {
    const rows = await this.#sql.rows(
      `select s.*, u.unknown_until from stores s left join (${UNKNOWN_UNTIL}) u on u.store_key = s.store_key
       where s.store_id in (select ${this.#json.texts('$ids')})`,
      { ids: JSON.stringify(ids) },
    );
    return new Map(rows.map((row) => [String(row.store_id), recordOf(row)]));
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.#sql, entry);
  }

  addAudits(entries: readonly AuditRecord[]): Promise<void> {
    return addAudits(this.#sql, entries, this.#json.rowsOf);
  }

  async addStore(id: string): Promise<number> {
    return (await this.addStores([id])).get(id) as number;
  }

  async addStores(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const there = await this.findStores(ids);
    const keys = new Map([...there].map(([id, { key }]) => [id, key]));
    const restored = [...there.values()].filter(({ deleted }) => deleted);
    if (restored.length > 0) {
      this.#changes.stores();
      await this.#sql.run(
        `update stores set deleted = false, version = version + 1
         where store_key in (select key from ${this.#json.rowsOf('$keys', [KEY])})`,
        { keys: JSON.stringify(restored.map(({ key }) => ({ key }))) },
      );
    }
    const missing = ids.filter((id) => !there.has(id));
    if (missing.length === 0) return keys;
    this.#changes.newStores();
    const { last } = await this.#sql.row('select coalesce(max(store_key), 0) as last from stores');
    const rows = missing.map((id, i) => ({ key: Number(last) + 1 + i, id }));
    await this.#sql.run(
      `insert into stores (store_key, store_id)
       select key, id from ${this.#json.rowsOf('$rows', [KEY, { name: 'id', type: 'text' }])}`,
      { rows: JSON.stringify(rows) },
    );
    for (const { id, key } of rows) keys.set(id, key);
    return keys;
  }

  async describeStore(key: number, description: StoreDescription): Promise<boolean> {
    return (await this.describeStores([{ key, description }])).has(key);
  }

  async describeStores(stores: readonly DescribedStore[]): Promise<ReadonlySet<number>> {
    const rows = stores.map(({ key, description: { name, labels, probeUrl } }) => {
      return { key, name, labels: labelsText(Object.entries(labels)), probe_url: probeUrl };
    });
    const given = this.#json.rowsOf('$rows', [KEY, ...DESCRIBED]);
    const changed = await this.#sql.rows(
      `update stores as s set name = c.name, labels = c.labels, probe_url = c.probe_url, version = version + 1
       from ${given}
       where s.store_key = c.key and
         (s.name is distinct from c.name or s.labels <> c.labels or s.probe_url is distinct from c.probe_url)
       returning store_key`,
      { rows: JSON.stringify(rows) },
    );
    if (changed.length > 0) this.#changes.stores();
    return new Set(changed.map((row) => Number(row.store_key)));
  }

  async deleteStore(key: number, { withPolls }: { readonly withPolls: boolean }): Promise<void> {
    if (withPolls) {
      const latest = await this.#polls.deleteAll(key);
      if (latest !== undefined) this.#changes.pollsDeleted(latest);
      const sales = await this.#sql.run('delete from sales where store_key = $key', { key });
      if (sales > 0) this.#changes.sales();
      await this.#sql.run('update stores set first_poll_ms = null where store_key = $key', { key });
    }
    await this.deleteStores([key]);
  }

  async deleteStores(keys: readonly number[]): Promise<void> {
    await this.#sql.run(
      `update stores set deleted = true, version = version + 1
       where store_key in (select key from ${this.#json.rowsOf('$keys', [KEY])})`,
      { keys: JSON.stringify(keys.map((key) => ({ key }))) },
    );
    this.#changes.stores();
  }

  async deletePoll(key: number, instant: number): Promise<DeletedPoll | undefined> {
    const poll = await this.#polls.deleteOne(key, instant);
    if (poll === undefined) return undefined;
    this.#changes.pollsDeleted(instant);
    const [first] = await this.#sql.rows(
      'select 1 from stores where store_key = $key and first_poll_ms = $instant::bigint',
      { key, instant },
    );
    if (first !== undefined) {
      const next = await this.#polls.earliestOf(key);
      await this.#sql.run(`update stores set first_poll_ms = ${next ?? 'null'} where store_key = $key`, { key });
    }
    return poll;
  }
}

function recordOf(row: Row): StoreRecord {
  return {
    key: Number(row.store_key),
    id: String(row.store_id),
    name: textOf(row.name),
    zone: textOf(row.zone),
    hoursUnknownUntil: row.unknown_until === null ? null : Number(row.unknown_until),
    labels: JSON.parse(String(row.labels)) as Record<string, string>,
    probeUrl: textOf(row.probe_url),
    version: Number(row.version),
    deleted: row.deleted === true,
  };
}

function textOf(value: unknown): string | null {
  return value === null ? null : String(value);
}
