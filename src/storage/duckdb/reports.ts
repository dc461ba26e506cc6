import type { Row, Session } from '../../duckdb/session.ts';
import { Mutex } from '../../mutex.ts';
import type { NewReport, ReportCatalog, ReportRecord, ReportStatus } from '../ports.ts';

/** The reports table. One session serves all callers, so their statements wait for one another. */
export class DuckdbReportCatalog implements ReportCatalog {
  readonly #session: Session;
  readonly #turn = new Mutex();

  constructor(session: Session) {
    this.#session = session;
  }

  add(report: NewReport): Promise<ReportRecord> {
    return this.#turn.run(async () => {
      await this.#session.run(
        `insert into reports (report_id, status, as_of_ms, requested_ms, progress, shares)
         select $id, 'queued', $as_of::bigint, $requested::bigint, 0, (
           select report_id from reports
           where as_of_ms = $as_of::bigint and shares is null
             and (status = 'queued' or (status = 'running' and revision = (select number from revision)))
           order by requested_ms limit 1
         )`,
        { id: report.id, as_of: report.asOf, requested: report.requestedAt },
      );
      return (await this.#find(report.id)) as ReportRecord;
    });
  }

  find(id: string): Promise<ReportRecord | undefined> {
    return this.#turn.run(() => this.#find(id));
  }

  claim(): Promise<ReportRecord | undefined> {
    return this.#turn.run(async () => {
      const [claimed] = await this.#session.rows(
        `update reports set status = 'running', progress = 0, revision = (select number from revision)
         where status = 'queued' and report_id = (
           select report_id from reports where status = 'queued' and shares is null order by requested_ms limit 1
         )
         returning report_id`,
      );
      return claimed === undefined ? undefined : this.#find(String(claimed.report_id));
    });
  }

  progress(id: string, progress: number): Promise<void> {
    return this.#update(id, 'progress = $progress', { progress });
  }

  complete(id: string, stores: number, finishedAt: number): Promise<string[]> {
    return this.#turn.run(async () => {
      await this.#finish(id, `status = 'complete', progress = 1, stores = $stores`, { stores }, finishedAt);
      const sharing = await this.#session.rows('select report_id from reports where shares = $id', { id });
      return sharing.map((row) => String(row.report_id));
    });
  }

  fail(id: string, reason: string, finishedAt: number): Promise<void> {
    return this.#turn.run(() => this.#finish(id, `status = 'failed', reason = $reason`, { reason }, finishedAt));
  }

  requeue(): Promise<number> {
    return this.#turn.run(() =>
      this.#session.run(`update reports set status = 'queued', progress = 0, revision = null where status = 'running'`),
    );
  }

  check(): Promise<void> {
    return this.#turn.run(async () => {
      await this.#session.row('select number from revision');
    });
  }

  /** Resolves when what was asked so far is done. */
  settled(): Promise<void> {
    return this.#turn.run(async () => {});
  }

  #update(id: string, assignment: string, values: Record<string, number>): Promise<void> {
    return this.#turn.run(async () => {
      await this.#session.run(`update reports set ${assignment} where report_id = $id and status = 'running'`, {
        id,
        ...values,
      });
    });
  }

  async #finish(id: string, assignment: string, values: Record<string, number | string>, at: number): Promise<void> {
    await this.#session.run(
      `update reports set ${assignment}, finished_ms = $finished::bigint
       where report_id = $id or shares = $id`,
      { id, finished: at, ...values },
    );
  }

  /** A report that shares a result is where the one that computes it is. */
  async #find(id: string): Promise<ReportRecord | undefined> {
    const [row] = await this.#session.rows(
      `select r.report_id, r.as_of_ms, r.requested_ms,
         c.report_id as result_id, c.status, c.progress, c.stores, c.reason
       from reports r join reports c on c.report_id = coalesce(r.shares, r.report_id)
       where r.report_id = $id`,
      { id },
    );
    return row === undefined ? undefined : record(row);
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
