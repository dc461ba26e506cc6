import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  ImportCatalog,
  ImportCounts,
  ImportQuery,
  ImportRecord,
  ImportStatus,
  NewImport,
} from '../../../src/storage/ports/import-catalog.ts';
import { addAudit } from './audit.ts';
import { lastServed, newestFirst } from './queues.ts';
import type { RecordRow } from './record-tables.ts';
import type { MemoryDatabase } from './transaction.ts';

type ImportRow = RecordRow<'imports'>;

/** The imports over HTTP. */
export class MemoryImportCatalog implements ImportCatalog {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async add(record: NewImport, entry?: AuditRecord): Promise<ImportRecord> {
    const row: ImportRow = {
      ...{ import_id: record.id, feed: record.feed, file_name: record.fileName, status: 'queued', phase: null },
      ...{ progress: 0, strict: record.strict, dry_run: record.dryRun, effective_ms: record.effectiveFrom ?? null },
      ...{ bytes: record.bytes, server: record.server, requested_by: record.requestedBy ?? null },
      ...{ requested_ms: record.requestedAt, started_ms: null, finished_ms: null, attempts: 0, counts: null },
      ...{ reason: null, max_bad_share: record.maxBadShare ?? null },
    };
    this.#database.change((transaction) => {
      if (entry !== undefined) addAudit(transaction, entry);
      transaction.set('imports', record.id, row);
    });
    return importOf(row);
  }

  async find(id: string): Promise<ImportRecord | undefined> {
    const row = this.#database.table('imports').get(id);
    return row && importOf(row);
  }

  async list({ status, after, limit }: ImportQuery): Promise<ImportRecord[]> {
    const found = this.#rows().filter((row) => status === undefined || row.status === status);
    return newestFirst(found.map(importOf), after).slice(0, limit);
  }

  async unfinished(server: string): Promise<ImportRecord[]> {
    return this.#rows()
      .filter((row) => row.server === server && isUnfinished(row))
      .sort((a, b) => a.requested_ms - b.requested_ms)
      .map(importOf);
  }

  async claim(server: string, startedAt: number): Promise<ImportRecord | undefined> {
    const all = this.#rows();
    const queued = all.filter((row) => row.server === server && row.status === 'queued');
    const [next] = queued.sort((a, b) => lastServed(a, all) - lastServed(b, all) || a.requested_ms - b.requested_ms);
    if (next === undefined) return undefined;
    return this.#update(next.import_id, {
      ...{ status: 'running', progress: 0, attempts: next.attempts + 1, started_ms: startedAt },
    });
  }

  async progress(id: string, phase: string, progress: number): Promise<void> {
    this.#update(id, { phase, progress });
  }

  async complete(id: string, counts: ImportCounts, finishedAt: number): Promise<void> {
    const text = JSON.stringify(counts);
    this.#update(id, { status: 'complete', phase: null, progress: 1, counts: text, finished_ms: finishedAt });
  }

  async fail(id: string, reason: string, finishedAt: number): Promise<void> {
    this.#update(id, { status: 'failed', phase: null, reason, finished_ms: finishedAt });
  }

  async release(id: string, attempts: number): Promise<void> {
    this.#update(id, { status: 'queued', phase: null, progress: 0, attempts });
  }

  async remove(id: string, entry?: AuditRecord): Promise<boolean> {
    return this.#database.change((transaction) => {
      const row = transaction.get('imports', id);
      if (row === undefined || row.status === 'running') return false;
      transaction.delete('imports', id);
      if (entry !== undefined) addAudit(transaction, entry);
      return true;
    });
  }

  async endedBefore(instant: number, limit: number): Promise<string[]> {
    const ended = this.#rows().filter((row) => !isUnfinished(row) && (row.finished_ms ?? instant) < instant);
    return ended.slice(0, limit).map(({ import_id }) => import_id);
  }

  #rows(): ImportRow[] {
    return [...this.#database.table('imports').values()];
  }

  /** Changes an import that has not ended. */
  #update(id: string, change: Partial<ImportRow>): ImportRecord | undefined {
    return this.#database.change((transaction) => {
      const row = transaction.get('imports', id);
      if (row === undefined || !isUnfinished(row)) return undefined;
      const changed = { ...row, ...change };
      transaction.set('imports', id, changed);
      return importOf(changed);
    });
  }
}

function isUnfinished({ status }: ImportRow): boolean {
  return status === 'queued' || status === 'running';
}

function importOf(row: ImportRow): ImportRecord {
  return {
    ...{ id: row.import_id, feed: row.feed, fileName: row.file_name, status: row.status as ImportStatus },
    ...{ phase: row.phase ?? undefined, progress: row.progress, strict: row.strict, dryRun: row.dry_run },
    ...{ maxBadShare: row.max_bad_share ?? undefined, effectiveFrom: row.effective_ms ?? undefined },
    ...{ bytes: row.bytes, server: row.server, requestedBy: row.requested_by ?? undefined },
    ...{ requestedAt: row.requested_ms, startedAt: row.started_ms ?? undefined },
    ...{ finishedAt: row.finished_ms ?? undefined, attempts: row.attempts, reason: row.reason ?? undefined },
    counts: row.counts === null ? undefined : (JSON.parse(row.counts) as ImportCounts),
  };
}
