import type { TargetPeriod } from '../../domain/periods/target.ts';
import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type {
  UptimeTargetCatalog,
  UptimeTargetChanges,
  UptimeTargetReader,
  UptimeTargetRecord,
} from '../ports/uptime-targets.ts';
import { addAudit } from './audit.ts';
import { LockedSql } from './locked.ts';

/** Reads targets, in SQL common to both engines. */
class SqlUptimeTargetReader implements UptimeTargetReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async targets(): Promise<UptimeTargetRecord[]> {
    return (await this.sql.rows('select * from uptime_targets order by created_ms, target_id')).map(targetOf);
  }
}

class SqlUptimeTargetChanges extends SqlUptimeTargetReader implements UptimeTargetChanges {
  async save({ id, subject, period, uptime, authorId, author, ...rest }: UptimeTargetRecord): Promise<void> {
    await this.remove(id);
    const [key, value] = 'label' in subject ? subject.label : [null, null];
    await this.sql.run(
      `insert into uptime_targets (target_id, store_id, label_key, label_value, period, uptime_ratio, author_id, author,
         version, created_ms, changed_ms)
       values ($id, $store, $key, $value, $period, $uptime::double precision, $author_id, $author, $version,
         $created::bigint, $changed::bigint)`,
      {
        ...{ id, store: 'storeId' in subject ? subject.storeId : null, key, value, period, uptime },
        ...{ author_id: authorId ?? null, author, version: rest.version },
        ...{ created: rest.createdAt, changed: rest.changedAt },
      },
    );
  }

  async remove(id: string): Promise<void> {
    await this.sql.run('delete from uptime_targets where target_id = $id', { id });
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}

/** The targets, likewise. */
export class SqlUptimeTargets extends SqlUptimeTargetReader implements UptimeTargetCatalog {
  readonly #locked: LockedSql;

  /** @param lock waits, within a transaction, until no other transaction changes targets */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>) {
    super(sql);
    this.#locked = new LockedSql(sql, lock);
  }

  changing<T>(work: (changes: UptimeTargetChanges) => Promise<T>): Promise<T> {
    return this.#locked.transaction((sql) => work(new SqlUptimeTargetChanges(sql)));
  }
}

function targetOf(row: Row): UptimeTargetRecord {
  return {
    id: String(row.target_id),
    subject:
      row.store_id === null
        ? { label: [String(row.label_key), String(row.label_value)] }
        : { storeId: String(row.store_id) },
    period: String(row.period) as TargetPeriod,
    uptime: Number(row.uptime_ratio),
    authorId: row.author_id === null ? undefined : String(row.author_id),
    author: String(row.author),
    version: Number(row.version),
    createdAt: Number(row.created_ms),
    changedAt: Number(row.changed_ms),
  };
}
