import type { Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type {
  AdjustmentChanges,
  AdjustmentEntry,
  AdjustmentKind,
  AdjustmentRecord,
  Adjustments,
  RevocationRecord,
  StoreSelection,
} from '../ports/adjustments.ts';
import { addAudit } from './audit.ts';
import { LockedSql } from './locked.ts';

/** The adjustments, in SQL common to both engines. */
export class SqlAdjustments implements Adjustments {
  readonly #sql: TransactionalSql;
  readonly #locked: LockedSql;

  /** @param lock waits, within a transaction, until no other transaction adds adjustments */
  constructor(sql: TransactionalSql, lock: (sql: Sql) => Promise<void>) {
    this.#sql = sql;
    this.#locked = new LockedSql(sql, lock);
  }

  async last(): Promise<string | undefined> {
    const [row] = await this.#sql.rows('select judgement_id from judgements order by number desc limit 1');
    return row === undefined ? undefined : String(row.judgement_id);
  }

  async entries(): Promise<AdjustmentEntry[]> {
    return (await this.#sql.rows('select * from judgements order by number')).map(entryOf);
  }

  recording<T>(work: (changes: AdjustmentChanges) => Promise<T>): Promise<T> {
    return this.#locked.transaction((sql) => work(new SqlAdjustmentChanges(sql)));
  }
}

class SqlAdjustmentChanges implements AdjustmentChanges {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(id: string): Promise<{ adjustment: AdjustmentRecord; revocations: RevocationRecord[] } | undefined> {
    const [row] = await this.#sql.rows('select * from judgements where judgement_id = $id and kind is not null', {
      id,
    });
    if (row === undefined) return undefined;
    const revocations = await this.#sql.rows('select * from judgements where revokes = $id order by number', { id });
    return { adjustment: adjustmentOf(row), revocations: revocations.map(revocationOf) };
  }

  async add(entry: AdjustmentEntry): Promise<void> {
    await this.#sql.run(
      `insert into judgements (number, judgement_id, kind, revokes, store_ids, labels, from_ms, to_ms, rrule, local_start,
         duration, reason, author_id, author, recorded_ms)
       select coalesce(max(number), 0) + 1, $id, $kind, $revokes, $store_ids, $labels, $from::bigint, $to::bigint, $rrule,
         $local_start, $duration, $reason, $author_id, $author, greatest($at::bigint, coalesce(max(recorded_ms), $at::bigint))
       from judgements`,
      {
        ...{
          id: entry.id,
          reason: entry.reason,
          author_id: entry.authorId ?? null,
          author: entry.author,
          at: entry.at,
        },
        ...valuesOf(entry),
      },
    );
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.#sql, entry);
  }
}

/** The values in which the two kinds of entries differ. */
function valuesOf(entry: AdjustmentEntry) {
  const none = { kind: null, revokes: null, store_ids: null, labels: null, from: null, to: null };
  const once = { rrule: null, local_start: null, duration: null };
  if ('revokes' in entry) return { ...none, ...once, revokes: entry.revokes, from: entry.from ?? null };
  const { kind, stores, time } = entry;
  return {
    ...none,
    kind,
    ...('labels' in stores
      ? { labels: JSON.stringify(stores.labels) }
      : { store_ids: JSON.stringify(stores.storeIds) }),
    ...('rrule' in time
      ? { rrule: time.rrule, local_start: time.start, duration: time.duration }
      : { ...once, from: time.from, to: time.to }),
  };
}

function entryOf(row: Row): AdjustmentEntry {
  return row.kind === null ? revocationOf(row) : adjustmentOf(row);
}

function adjustmentOf(row: Row): AdjustmentRecord {
  return {
    ...recordedOf(row),
    kind: row.kind as AdjustmentKind,
    stores: selectionOf(row),
    time:
      row.rrule === null
        ? { from: Number(row.from_ms), to: Number(row.to_ms) }
        : { rrule: String(row.rrule), start: String(row.local_start), duration: String(row.duration) },
  };
}

function selectionOf({ store_ids: ids, labels }: Row): StoreSelection {
  return ids === null
    ? { labels: JSON.parse(String(labels)) as Record<string, string> }
    : { storeIds: JSON.parse(String(ids)) as string[] };
}

function revocationOf(row: Row): RevocationRecord {
  return {
    ...recordedOf(row),
    revokes: String(row.revokes),
    from: row.from_ms === null ? undefined : Number(row.from_ms),
  };
}

function recordedOf(row: Row) {
  return {
    id: String(row.judgement_id),
    reason: String(row.reason),
    authorId: row.author_id === null ? undefined : String(row.author_id),
    author: String(row.author),
    at: Number(row.recorded_ms),
  };
}
