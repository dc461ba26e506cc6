import type { Parameters, Row, Sql } from '../../sql.ts';
import { LEASE, type NewReport, type ReportCatalog, type ReportRecord, type ReportStatus } from '../report-catalog.ts';

/** A report that takes its server down with it is not tried for ever. */
const ATTEMPTS = 5;

/** What the engines say differently. */
export interface ReportDialect {
  /** The database's clock as milliseconds since 1970, a bigint. */
  readonly now: string;
  /** Follows the subquery that picks a row to claim, so that two servers do not wait for the same one. */
  readonly lock: string;
}

/** The reports table, in SQL that the engines agree on. */
export class SqlReportCatalog implements ReportCatalog {
  readonly #sql: Sql;
  readonly #dialect: ReportDialect;

  constructor(sql: Sql, dialect: ReportDialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  async add(report: NewReport): Promise<ReportRecord> {
    await this.#sql.run(
      `insert into reports (report_id, status, as_of_ms, requested_ms, progress, attempts, shares)
       select $id, 'queued', $as_of::bigint, $requested::bigint, 0, 0, (
         select report_id from reports
         where as_of_ms = $as_of::bigint and shares is null
           and (status = 'queued' or (status = 'running' and revision = (select number from revision)))
         order by requested_ms limit 1
       )`,
      { id: report.id, as_of: report.asOf, requested: report.requestedAt },
    );
    return (await this.find(report.id)) as ReportRecord;
  }

  /** A report that shares a result is where the one that computes it is. */
  async find(id: string): Promise<ReportRecord | undefined> {
    const [row] = await this.#sql.rows(
      `select r.report_id, r.as_of_ms, r.requested_ms, c.report_id as result_id, c.status, c.progress, c.stores, c.reason
       from reports r join reports c on c.report_id = coalesce(r.shares, r.report_id)
       where r.report_id = $id`,
      { id },
    );
    return row === undefined ? undefined : record(row);
  }

  async claim(worker: string): Promise<ReportRecord | undefined> {
    const { now, lock } = this.#dialect;
    const claimable = `shares is null and (status = 'queued' or (status = 'running' and lease_until_ms < ${now}))`;
    await this.#sql.run(
      `update reports set status = 'failed', reason = $reason where ${claimable} and attempts >= ${ATTEMPTS}`,
      { reason: `it was begun ${ATTEMPTS} times and never finished` },
    );
    const [claimed] = await this.#sql.rows(
      `update reports
       set status = 'running', progress = 0, revision = (select number from revision), claimed_by = $worker,
         attempts = attempts + 1, lease_until_ms = ${now} + ${LEASE}
       where ${claimable}
         and report_id = (select report_id from reports where ${claimable} order by requested_ms limit 1 ${lock})
       returning report_id`,
      { worker },
    );
    return claimed === undefined ? undefined : this.find(String(claimed.report_id));
  }

  progress(id: string, worker: string, progress: number): Promise<boolean> {
    const assignments = `progress = $progress, lease_until_ms = ${this.#dialect.now} + ${LEASE}`;
    return this.#update(id, worker, assignments, { progress });
  }

  async complete(id: string, worker: string, stores: number, finishedAt: number): Promise<string[] | undefined> {
    const assignments = `status = 'complete', progress = 1, stores = $stores, finished_ms = $finished::bigint`;
    if (!(await this.#update(id, worker, assignments, { stores, finished: finishedAt }))) return undefined;
    const sharing = await this.#sql.rows('select report_id from reports where shares = $id', { id });
    return sharing.map((row) => String(row.report_id));
  }

  async fail(id: string, worker: string, reason: string, finishedAt: number): Promise<void> {
    const assignments = `status = 'failed', reason = $reason, finished_ms = $finished::bigint`;
    await this.#update(id, worker, assignments, { reason, finished: finishedAt });
  }

  async release(id: string, worker: string): Promise<void> {
    await this.#update(id, worker, `status = 'queued', progress = 0, attempts = attempts - 1`, {});
  }

  async #update(id: string, worker: string, assignments: string, values: Parameters): Promise<boolean> {
    const changed = await this.#sql.run(
      `update reports set ${assignments} where report_id = $id and claimed_by = $worker and status = 'running'`,
      { id, worker, ...values },
    );
    return changed === 1;
  }
}

function record(row: Row): ReportRecord {
  return {
    id: String(row.report_id),
    status: row.status as ReportStatus,
    asOf: Number(row.as_of_ms),
    resultId: String(row.result_id),
    requestedAt: Number(row.requested_ms),
    progress: Number(row.progress),
    stores: row.stores === null ? undefined : Number(row.stores),
    reason: row.reason === null ? undefined : String(row.reason),
  };
}
