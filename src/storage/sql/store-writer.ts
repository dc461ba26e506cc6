import { formatInstant } from '../../calendar/instant.ts';
import type { Sql } from '../../lib/sql.ts';
import { labelsText } from '../../lib/store-fields.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type { DeletedPoll, StoreDescription, StoreRecord, StoreWriter } from '../ports/stores.ts';
import { addAudit } from './audit.ts';
import type { Changes } from './revision.ts';
import { SqlScheduleWriter } from './schedule-writer.ts';
import { UNKNOWN_UNTIL } from './unread.ts';

/** Changes single stores within the connection's present transaction, in SQL common to both engines. */
export class SqlStoreWriter extends SqlScheduleWriter implements StoreWriter {
  readonly #sql: Sql;
  readonly #changes: Changes;

  constructor(sql: Sql, changes: Changes) {
    super(sql, changes);
    this.#sql = sql;
    this.#changes = changes;
  }

  async findStore(id: string): Promise<StoreRecord | undefined> {
    const [row] = await this.#sql.rows(
      `select s.*, u.unknown_until from stores s left join (${UNKNOWN_UNTIL}) u on u.store_key = s.store_key
       where s.store_id = $id`,
      { id },
    );
    if (row === undefined) return undefined;
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

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.#sql, entry);
  }

  async addStore(id: string): Promise<number> {
    const there = await this.findStore(id);
    if (there !== undefined && !there.deleted) return there.key;
    if (there !== undefined) {
      this.#changes.stores();
      await this.#sql.run('update stores set deleted = false, version = version + 1 where store_key = $key', {
        key: there.key,
      });
      return there.key;
    }
    this.#changes.newStores();
    const { key } = await this.#sql.row('select coalesce(max(store_key), 0) + 1 as key from stores');
    await this.#sql.run('insert into stores (store_key, store_id) values ($key, $id)', { key: Number(key), id });
    return Number(key);
  }

  async describeStore(key: number, { name, labels, probeUrl }: StoreDescription): Promise<boolean> {
    const changed = await this.#sql.run(
      `update stores set name = $name, labels = $labels, probe_url = $probe_url, version = version + 1
       where store_key = $key and (name is distinct from $name or labels <> $labels or probe_url is distinct from $probe_url)`,
      { key, name, labels: labelsText(Object.entries(labels)), probe_url: probeUrl },
    );
    if (changed > 0) this.#changes.stores();
    return changed > 0;
  }

  async deleteStore(key: number, { withPolls }: { readonly withPolls: boolean }): Promise<void> {
    if (withPolls) {
      const { latest } = await this.#sql.row(
        'select extract(epoch from max(instant)) * 1000 as latest from polls where store_key = $key',
        { key },
      );
      await this.#sql.run('delete from polls where store_key = $key', { key });
      if (latest !== null) this.#changes.pollsDeleted(Math.round(Number(latest)));
      await this.#sql.run('update stores set first_poll_ms = null where store_key = $key', { key });
    }
    await this.#sql.run('update stores set deleted = true, version = version + 1 where store_key = $key', { key });
    this.#changes.stores();
  }

  async deletePoll(key: number, instant: number): Promise<DeletedPoll | undefined> {
    // A literal has the type of the column, which each engine has its own name for.
    const at = `store_key = $key and instant = '${formatInstant(instant)}'`;
    const [poll] = await this.#sql.rows(`select active, reason from polls where ${at}`, { key });
    if (poll === undefined) return undefined;
    await this.#sql.run(`delete from polls where ${at}`, { key });
    this.#changes.pollsDeleted(instant);
    const values = { key, instant };
    const [first] = await this.#sql.rows(
      'select 1 from stores where store_key = $key and first_poll_ms = $instant::bigint',
      values,
    );
    if (first !== undefined) {
      await this.#sql.run(
        `update stores set first_poll_ms =
           (select (extract(epoch from min(instant)) * 1000)::bigint from polls where store_key = $key)
         where store_key = $key`,
        { key },
      );
    }
    return { active: poll.active === true, reason: textOf(poll.reason) ?? undefined };
  }
}

function textOf(value: unknown): string | null {
  return value === null ? null : String(value);
}
