import type { Parameters, Row, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type {
  ImportCatalog,
  ImportCounts,
  ImportQuery,
  ImportRecord,
  ImportStatus,
  NewImport,
} from '../ports/import-catalog.ts';
import { addAudit } from './audit.ts';
import { lastServed } from './last-served.ts';
import { newestFirst, numberOr, position, textOr } from './report-rows.ts';

/** The imports table, in SQL common to both engines. */
export class SqlImportCatalog implements ImportCatalog {
  readonly #sql: TransactionalSql;

  constructor(sql: TransactionalSql) {
    this.#sql = sql;
  }

  async add(record: NewImport, entry?: AuditRecord): Promise<ImportRecord> {
    await this.#sql.transaction(async (sql) => {
      if (entry !== undefined) await addAudit(sql, entry);
      await insert(sql, record);
    });
    return (await this.find(record.id)) as ImportRecord;
  }

  async find(id: string): Promise<ImportRecord | undefined> {
    const [row] = await this.#sql.rows('select * from imports where import_id = $id', { id });
    return row === undefined ? undefined : importOf(row);
  }

  async list({ status, after, limit }: ImportQuery): Promise<ImportRecord[]> {
    const rows = await this.#sql.rows(
      `select * from imports r
       where ${status === undefined ? 'true' : 'r.status = $status'} ${newestFirst('r.import_id', after)} limit ${limit}`,
      { ...(status !== undefined && { status }), ...position(after) },
    );
    return rows.map(importOf);
  }

  async unfinished(server: string): Promise<ImportRecord[]> {
    const rows = await this.#sql.rows(
      `select * from imports where server = $server and status in ('queued', 'running') order by requested_ms`,
      { server },
    );
    return rows.map(importOf);
  }

  async claim(server: string, startedAt: number): Promise<ImportRecord | undefined> {
    const [row] = await this.#sql.rows(
      `update imports set status = 'running', progress = 0, attempts = attempts + 1, started_ms = $started::bigint
       where status = 'queued' and import_id = (
         select import_id from imports where server = $server and status = 'queued'
         order by ${lastServed('imports')} nulls first, requested_ms limit 1
       )
       returning *`,
      { server, started: startedAt },
    );
    return row === undefined ? undefined : importOf(row);
  }

  progress(id: string, phase: string, progress: number): Promise<void> {
    return this.#update(id, 'phase = $phase, progress = $progress', { phase, progress });
  }

  complete(id: string, counts: ImportCounts, finishedAt: number): Promise<void> {
    return this.#update(
      id,
      `status = 'complete', phase = null, progress = 1, counts = $counts, finished_ms = $finished::bigint`,
      { counts: JSON.stringify(counts), finished: finishedAt },
    );
  }

  fail(id: string, reason: string, finishedAt: number): Promise<void> {
    return this.#update(id, `status = 'failed', phase = null, reason = $reason, finished_ms = $finished::bigint`, {
      reason,
      finished: finishedAt,
    });
  }

  release(id: string, attempts: number): Promise<void> {
    return this.#update(id, `status = 'queued', phase = null, progress = 0, attempts = $attempts`, { attempts });
  }

  remove(id: string, entry?: AuditRecord): Promise<boolean> {
    return this.#sql.transaction(async (sql) => {
      const removed = await sql.run(`delete from imports where import_id = $id and status <> 'running'`, { id });
      if (removed > 0 && entry !== undefined) await addAudit(sql, entry);
      return removed > 0;
    });
  }

  async endedBefore(instant: number, limit: number): Promise<string[]> {
    const rows = await this.#sql.rows(
      `select import_id from imports
       where status in ('complete', 'failed') and finished_ms < $instant::bigint limit ${limit}`,
      { instant },
    );
    return rows.map((row) => String(row.import_id));
  }

  async #update(id: string, assignments: string, values: Parameters): Promise<void> {
    await this.#sql.run(`update imports set ${assignments} where import_id = $id and status in ('queued', 'running')`, {
      id,
      ...values,
    });
  }
}

/** Earlier versions recorded fewer counts. */
function countsOf(counts: Partial<ImportCounts> & Omit<ImportCounts, 'setAside' | 'unreadStores'>): ImportCounts {
  return { setAside: 0, unreadStores: { kept: 0, unknown: 0, ids: [] }, ...counts };
}

function importOf(row: Row): ImportRecord {
  const counts = textOr(row.counts);
  return {
    id: String(row.import_id),
    feed: String(row.feed),
    fileName: String(row.file_name),
    status: row.status as ImportStatus,
    phase: textOr(row.phase),
    progress: Number(row.progress),
    strict: row.strict === true,
    maxBadShare: numberOr(row.max_bad_share),
    dryRun: row.dry_run === true,
    effectiveFrom: numberOr(row.effective_ms),
    bytes: Number(row.bytes),
    server: String(row.server),
    requestedBy: textOr(row.requested_by),
    requestedAt: Number(row.requested_ms),
    startedAt: numberOr(row.started_ms),
    finishedAt: numberOr(row.finished_ms),
    attempts: Number(row.attempts),
    counts: counts === undefined ? undefined : countsOf(JSON.parse(counts) as ImportCounts),
    reason: textOr(row.reason),
  };
}

async function insert(sql: Sql, record: NewImport): Promise<void> {
  await sql.run(
    `insert into imports (import_id, feed, file_name, status, progress, attempts, strict, max_bad_share, dry_run,
         effective_ms, bytes, server, requested_by, requested_ms)
       values ($id, $feed, $file_name, 'queued', 0, 0, $strict, $max_bad_share::double precision, $dry_run,
         $effective::bigint, $bytes::bigint, $server, $requested_by, $requested::bigint)`,
    {
      id: record.id,
      feed: record.feed,
      file_name: record.fileName,
      strict: record.strict,
      max_bad_share: record.maxBadShare ?? null,
      dry_run: record.dryRun,
      effective: record.effectiveFrom ?? null,
      bytes: record.bytes,
      server: record.server,
      requested_by: record.requestedBy ?? null,
      requested: record.requestedAt,
    },
  );
}
