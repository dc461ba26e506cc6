import { createHash } from 'node:crypto';
import type { Parameters, Sql, TransactionalSql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import { MAX_ATTEMPTS, NEVER_FINISHED, type QueuedJobs } from '../ports/jobs.ts';
import {
  LEASE,
  type NewReport,
  type NewResult,
  type ReportCatalog,
  type ReportQuery,
  type ReportRecord,
} from '../ports/report-catalog.ts';
import { addAudit } from './audit.ts';
import { lastServed } from './last-served.ts';
import { endedReports, findReport, listReports, reportOf, textOr } from './report-rows.ts';

/** What differs between the engines. */
export interface ReportDialect {
  /** An SQL expression: the database's clock, milliseconds since 1970, bigint. */
  readonly now: string;
  /** The locking clause of the subquery that picks a row to claim, so that servers do not wait for the same row. */
  readonly lock: string;
  /** Waits, within a transaction, until no other transaction changes which reports share a result. */
  lockSharing(sql: Sql): Promise<void>;
  /** Keeps the figures of a report within a transaction; missing where only one process has the database. */
  saveFigures?(sql: Sql, id: string, content: Iterable<Uint8Array>): Promise<void>;
}

/** The reports table, in SQL common to both engines. */
export class SqlReportCatalog implements ReportCatalog {
  readonly #sql: TransactionalSql;
  readonly #dialect: ReportDialect;

  constructor(sql: TransactionalSql, dialect: ReportDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  add(report: NewReport, admit?: (queued: QueuedJobs) => void): Promise<ReportRecord> {
    const filter = report.stores === undefined ? null : JSON.stringify(report.stores);
    const values: Parameters = {
      id: report.id,
      as_of: report.asOf,
      estimator: report.estimator ?? 'nearest',
      detailed: report.detailed ?? false,
      polls_late: report.stalePoll !== undefined,
      newest_poll: report.stalePoll ?? null,
      requested: report.requestedAt,
      requested_by: report.requestedBy ?? null,
      filter,
      digest: filter === null ? null : createHash('sha256').update(filter).digest('hex'),
      size: report.stores?.length ?? null,
      tz_version: report.tzVersion ?? null,
    };
    return this.#sharing(async (sql) => {
      admit?.(await countQueued(sql, report.requestedBy));
      await sql.run(
        `insert into reports (report_id, status, as_of_ms, estimator, detailed, polls_late, newest_poll_ms,
           stores_filter, filter_digest, filter_size, requested_by, requested_ms, progress, attempts, deleted, shares)
         select $id, 'queued', $as_of::bigint, $estimator, $detailed::boolean, $polls_late::boolean,
           $newest_poll::bigint, $filter, $digest, $size::integer, $requested_by, $requested::bigint, 0, 0, false, (
             select report_id from reports
             where as_of_ms = $as_of::bigint and estimator = $estimator and detailed = $detailed::boolean
               and filter_digest is not distinct from $digest and shares is null
               and (status = 'queued' or (status = 'running' and revision = (select number from revision)
                 and tz_version is not distinct from $tz_version))
             order by requested_ms limit 1
           )`,
        values,
      );
      return (await findReport(sql, report.id)) as ReportRecord;
    });
  }

  find(id: string): Promise<ReportRecord | undefined> {
    return findReport(this.#sql, id);
  }

  list(query: ReportQuery): Promise<ReportRecord[]> {
    return listReports(this.#sql, query);
  }

  countQueued(userId: string | undefined): Promise<QueuedJobs> {
    return countQueued(this.#sql, userId);
  }

  async filter(id: string): Promise<string[] | undefined> {
    const [row] = await this.#sql.rows('select stores_filter from reports where report_id = $id', { id });
    const filter = row?.stores_filter ?? null;
    return filter === null ? undefined : JSON.parse(String(filter));
  }

  async claim(attempt: string, at: number, tzVersion?: string): Promise<ReportRecord | undefined> {
    const { now, lock } = this.#dialect;
    const claimable = `shares is null and (status = 'queued' or (status = 'running' and lease_until_ms < ${now}))`;
    await this.#sql.run(
      `update reports set status = 'failed', reason = $reason, finished_ms = $at::bigint
       where ${claimable} and attempts >= ${MAX_ATTEMPTS}`,
      { reason: NEVER_FINISHED, at },
    );
    const [claimed] = await this.#sql.rows(
      `update reports
       set status = 'running', progress = 0, revision = (select number from revision), claimed_by = $attempt,
         attempts = attempts + 1, started_ms = $at::bigint, tz_version = $tz_version, lease_until_ms = ${now} + ${LEASE}
       where ${claimable}
         and report_id = (
           select report_id from reports
           where ${claimable} order by ${lastServed('reports')} nulls first, requested_ms limit 1 ${lock}
         )
       returning report_id, as_of_ms, estimator, detailed, polls_late, newest_poll_ms, filter_digest, filter_size,
         requested_by, requested_ms, report_id as result_id, status, started_ms, finished_ms, progress, stores, reason, tz_version`,
      { attempt, at, tz_version: tzVersion ?? null },
    );
    return claimed === undefined ? undefined : reportOf(claimed);
  }

  progress(id: string, attempt: string, progress: number): Promise<boolean> {
    const assignments = `progress = $progress, lease_until_ms = ${this.#dialect.now} + ${LEASE}`;
    return update(this.#sql, id, attempt, assignments, { progress });
  }

  complete(id: string, attempt: string, stores: number, finishedAt: number, result?: NewResult) {
    const values = {
      ...{ stores, finished: finishedAt },
      ...{ csv_bytes: result?.csv.bytes ?? null, csv_sha: result?.csv.sha256 ?? null },
      ...{ figures_bytes: result?.figures.bytes ?? null, figures_sha: result?.figures.sha256 ?? null },
    };
    return this.#sql.transaction(async (sql) => {
      // From here on, the lock on the row keeps others from claiming, cancelling or deleting the report.
      const held = await update(
        sql,
        id,
        attempt,
        `status = 'complete', progress = 1, stores = $stores, finished_ms = $finished::bigint,
         csv_bytes = $csv_bytes::bigint, csv_sha256 = $csv_sha, figures_bytes = $figures_bytes::bigint,
         figures_sha256 = $figures_sha`,
        values,
      );
      if (!held) return undefined;
      if (result !== undefined) await this.#dialect.saveFigures?.(sql, id, result.content());
      const sharing = await sql.rows('select report_id from reports where shares = $id and cancelled_ms is null', {
        id,
      });
      return sharing.map((row) => String(row.report_id));
    });
  }

  async attempts(id?: string): Promise<Map<string, string | undefined>> {
    const rows = await this.#sql.rows(
      `select report_id, case when status in ('running', 'complete') then claimed_by end as attempt
       from reports where shares is null ${id === undefined ? '' : 'and report_id = $id'}`,
      id === undefined ? {} : { id },
    );
    return new Map(rows.map((row) => [String(row.report_id), textOr(row.attempt)]));
  }

  async fail(id: string, attempt: string, reason: string, finishedAt: number): Promise<void> {
    const assignments = `status = 'failed', reason = $reason, finished_ms = $finished::bigint`;
    await update(this.#sql, id, attempt, assignments, { reason, finished: finishedAt });
  }

  async release(id: string, attempt: string): Promise<void> {
    await update(this.#sql, id, attempt, `status = 'queued', progress = 0, attempts = attempts - 1`, {});
  }

  cancel(id: string, cancelledAt: number): Promise<boolean> {
    return this.#sharing(async (sql) => {
      const found = await findReport(sql, id);
      if (found === undefined || (found.status !== 'queued' && found.status !== 'running')) return false;
      await sql.run('update reports set cancelled_ms = $at::bigint where report_id = $id', { id, at: cancelledAt });
      await endUnwanted(sql, found.resultId, cancelledAt);
      return true;
    });
  }

  remove(id: string, removedAt: number, entry?: AuditRecord): Promise<string[] | undefined> {
    return this.#sharing(async (sql) => {
      const found = await findReport(sql, id);
      if (found === undefined) return undefined;
      const result = found.resultId;
      if (id === result) await sql.run('update reports set deleted = true where report_id = $id', { id });
      else await sql.run('delete from reports where report_id = $id', { id });
      if (entry !== undefined) await addAudit(sql, entry);
      await endUnwanted(sql, result, removedAt);
      const gone = await sql.run(
        `delete from reports
         where report_id = $result and deleted and not exists (select 1 from reports s where s.shares = $result)`,
        { result },
      );
      return [...(id === result ? [] : [id]), ...(gone > 0 ? [result] : [])];
    });
  }

  endedBefore(instant: number, limit: number): Promise<string[]> {
    return endedReports(this.#sql, instant, limit);
  }

  /** Serializes changes of which reports share a result: a computation that is no longer needed is not shared. */
  #sharing<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#sql.transaction(async (sql) => {
      await this.#dialect.lockSharing(sql);
      return work(sql);
    });
  }
}

async function countQueued(sql: Sql, userId: string | undefined): Promise<QueuedJobs> {
  const { total, own } = await sql.row(
    `select count(*) as total, count(case when requested_by = $user then 1 end) as own from reports
     where shares is null and status = 'queued'`,
    { user: userId ?? null },
  );
  return { total: Number(total), own: Number(own) };
}

/** Changes a running report, if the attempt still holds it; returns whether it does. */
async function update(
  sql: Sql,
  id: string,
  attempt: string,
  assignments: string,
  values: Parameters,
): Promise<boolean> {
  const changed = await sql.run(
    `update reports set ${assignments} where report_id = $id and claimed_by = $attempt and status = 'running'`,
    { id, attempt, ...values },
  );
  return changed === 1;
}

/** Ends a computation whose result is no longer needed. */
async function endUnwanted(sql: Sql, id: string, at: number): Promise<void> {
  await sql.run(
    `update reports set status = 'cancelled', finished_ms = $at::bigint
     where report_id = $id and status in ('queued', 'running') and not exists (
       select 1 from reports w
       where coalesce(w.shares, w.report_id) = $id and w.cancelled_ms is null and not w.deleted
     )`,
    { id, at },
  );
}
