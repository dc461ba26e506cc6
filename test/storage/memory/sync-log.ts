import type { StandingRejects, SyncLog, SyncResult, SyncRun } from '../../../src/storage/ports/sync-log.ts';
import { keyOf, type RecordRow, rowKey } from './record-tables.ts';
import type { MemoryDatabase } from './transaction.ts';

/** The sync runs and checkpoints of sources. */
export class MemorySyncLog implements SyncLog {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async begin({ id, server, cause, startedAt }: Omit<SyncRun, 'finishedAt' | 'results'>): Promise<void> {
    this.#database.change((transaction) =>
      transaction.set('sync_runs', id, { run_id: id, server, cause, started_ms: startedAt, finished_ms: null }),
    );
  }

  async add(runId: string, result: SyncResult): Promise<void> {
    const { feed, source, status, attempts, files, bytes, rejected, added, replaced, repeated, standing } = result;
    const row: RecordRow<'sync_results'> = {
      ...{ run_id: runId, feed, source, status, error: result.error ?? null, attempts, files, bytes },
      ...{ rows_read: result.read, rejected, added, replaced, already_there: result.alreadyThere, repeated },
      ...{ set_aside: result.setAside, standing: standing === undefined ? null : JSON.stringify(standing) },
    };
    this.#database.change((transaction) => transaction.set('sync_results', rowKey('sync_results', row), row));
  }

  async finish(runId: string, finishedAt: number): Promise<void> {
    this.#database.change((transaction) => {
      const run = transaction.get('sync_runs', runId);
      if (run !== undefined) transaction.set('sync_runs', runId, { ...run, finished_ms: finishedAt });
    });
  }

  async runs(limit: number): Promise<SyncRun[]> {
    const runs = [...this.#database.table('sync_runs').values()].sort(
      (a, b) => b.started_ms - a.started_ms || (a.run_id < b.run_id ? -1 : 1),
    );
    return runs.slice(0, limit).map((run) => ({
      ...{ id: run.run_id, server: run.server, cause: run.cause as SyncRun['cause'], startedAt: run.started_ms },
      finishedAt: run.finished_ms ?? undefined,
      results: this.#resultsOf(run.run_id)
        .sort((a, b) => (rowKey('sync_results', a) < rowKey('sync_results', b) ? -1 : 1))
        .map(resultOf),
    }));
  }

  async lastSuccess(): Promise<number | undefined> {
    const ends = [...this.#database.table('sync_runs').values()]
      .filter(({ run_id }) => this.#resultsOf(run_id).every(({ status }) => status !== 'failed'))
      .flatMap(({ finished_ms }) => finished_ms ?? []);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  async forget(before: number): Promise<void> {
    this.#database.change((transaction) => {
      const old = [...transaction.table('sync_runs').values()].filter(({ started_ms }) => started_ms < before);
      const ids = new Set(old.map(({ run_id }) => run_id));
      transaction.deleteWhere('sync_results', ({ run_id }) => ids.has(run_id));
      for (const id of ids) transaction.delete('sync_runs', id);
    });
  }

  async checkpoint(feed: string, location: string): Promise<string | undefined> {
    return this.#database.table('sync_marks').get(keyOf(feed, location))?.mark;
  }

  async saveCheckpoint(feed: string, location: string, checkpoint: string): Promise<void> {
    const row = { feed, place: location, mark: checkpoint };
    this.#database.change((transaction) => transaction.set('sync_marks', rowKey('sync_marks', row), row));
  }

  #resultsOf(runId: string): RecordRow<'sync_results'>[] {
    return [...this.#database.table('sync_results').values()].filter(({ run_id }) => run_id === runId);
  }
}

function resultOf(row: RecordRow<'sync_results'>): SyncResult {
  const { feed, source, attempts, files, bytes, rejected, added, replaced, repeated, standing } = row;
  return {
    ...{
      feed,
      source,
      status: row.status as SyncResult['status'],
      error: row.error ?? undefined,
      attempts,
      files,
      bytes,
    },
    ...{ read: row.rows_read, rejected, added, replaced, alreadyThere: row.already_there, repeated },
    setAside: row.set_aside,
    standing: standing === null ? undefined : (JSON.parse(standing) as StandingRejects),
  };
}
