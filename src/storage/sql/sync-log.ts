import type { Row, Sql } from '../../lib/sql.ts';
import type { StandingRejects, SyncLog, SyncResult, SyncRun } from '../ports/sync-log.ts';

export class SqlSyncLog implements SyncLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async begin({ id, server, cause, startedAt }: Omit<SyncRun, 'finishedAt' | 'results'>): Promise<void> {
    await this.#sql.run(
      'insert into sync_runs (run_id, server, cause, started_ms) values ($id, $server, $cause, $started::bigint)',
      { id, server, cause, started: startedAt },
    );
  }

  async add(runId: string, result: SyncResult): Promise<void> {
    const { feed, source, status, error, attempts, files, bytes, read, rejected, added, replaced, repeated } = result;
    const { setAside, standing } = result;
    await this.#sql.run(
      `insert into sync_results (run_id, feed, source, status, error, attempts, files, bytes, rows_read, rejected,
         added, replaced, already_there, repeated, set_aside, standing)
       values ($run, $feed, $source, $status, $error, $attempts, $files, $bytes::bigint, $read::bigint,
         $rejected::bigint, $added::bigint, $replaced::bigint, $there::bigint, $repeated::bigint, $set_aside::bigint,
         $standing)`,
      {
        ...{ run: runId, feed, source, status, error: error ?? null, attempts, files, bytes, read, rejected },
        ...{ added, replaced, there: result.alreadyThere, repeated, set_aside: setAside },
        standing: standing === undefined ? null : JSON.stringify(standing),
      },
    );
  }

  async finish(runId: string, finishedAt: number): Promise<void> {
    await this.#sql.run('update sync_runs set finished_ms = $finished::bigint where run_id = $id', {
      id: runId,
      finished: finishedAt,
    });
  }

  async runs(limit: number): Promise<SyncRun[]> {
    const newest = 'select run_id from sync_runs order by started_ms desc, run_id limit $limit::integer';
    const rows = await this.#sql.rows(
      'select * from sync_runs order by started_ms desc, run_id limit $limit::integer',
      { limit },
    );
    const results = await this.#sql.rows(
      `select * from sync_results where run_id in (${newest}) order by run_id, feed, source`,
      { limit },
    );
    return rows.map((row) => ({
      id: String(row.run_id),
      server: String(row.server),
      cause: row.cause as SyncRun['cause'],
      startedAt: Number(row.started_ms),
      finishedAt: row.finished_ms === null ? undefined : Number(row.finished_ms),
      results: results.filter(({ run_id }) => run_id === row.run_id).map(resultOf),
    }));
  }

  async lastSuccess(): Promise<number | undefined> {
    const { finished_ms } = await this.#sql.row(
      `select max(finished_ms) as finished_ms from sync_runs r
       where not exists (select 1 from sync_results s where s.run_id = r.run_id and s.status = 'failed')`,
    );
    return finished_ms === null ? undefined : Number(finished_ms);
  }

  async forget(before: number): Promise<void> {
    await this.#sql.run(
      'delete from sync_results where run_id in (select run_id from sync_runs where started_ms < $before::bigint)',
      { before },
    );
    await this.#sql.run('delete from sync_runs where started_ms < $before::bigint', { before });
  }

  async checkpoint(feed: string, location: string): Promise<string | undefined> {
    const [row] = await this.#sql.rows('select mark from sync_marks where feed = $feed and place = $location', {
      feed,
      location,
    });
    return row === undefined ? undefined : String(row.mark);
  }

  async saveCheckpoint(feed: string, location: string, checkpoint: string): Promise<void> {
    const values = { feed, location, checkpoint };
    const known = await this.#sql.run(
      'update sync_marks set mark = $checkpoint where feed = $feed and place = $location',
      values,
    );
    if (known > 0) return;
    await this.#sql.run('insert into sync_marks (feed, place, mark) values ($feed, $location, $checkpoint)', values);
  }
}

function resultOf(row: Row): SyncResult {
  return {
    feed: String(row.feed),
    source: String(row.source),
    status: row.status as SyncResult['status'],
    error: row.error === null ? undefined : String(row.error),
    attempts: Number(row.attempts),
    files: Number(row.files),
    bytes: Number(row.bytes),
    read: Number(row.rows_read),
    rejected: Number(row.rejected),
    added: Number(row.added),
    replaced: Number(row.replaced),
    alreadyThere: Number(row.already_there),
    repeated: Number(row.repeated),
    setAside: Number(row.set_aside),
    standing: row.standing === null ? undefined : (JSON.parse(String(row.standing)) as StandingRejects),
  };
}
