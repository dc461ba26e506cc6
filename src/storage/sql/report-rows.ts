import type { EstimatorName } from '../../domain/markov/estimator.ts';
import type { Parameters, Row, Sql } from '../../lib/sql.ts';
import type { JobPosition } from '../ports/jobs.ts';
import type { ReportQuery, ReportRecord, ReportStatus, ResultFiles } from '../ports/report-catalog.ts';

/** A report that shares a result has the status of the one that computes it, unless it was cancelled. */
const STATUS = `case when r.cancelled_ms is not null then 'cancelled' else c.status end`;
const ENDED = 'coalesce(r.cancelled_ms, c.finished_ms, r.requested_ms)';
const TABLES = `reports r join reports c on c.report_id = coalesce(r.shares, r.report_id)`;
const RECORDS = `
  select r.report_id, r.as_of_ms, r.estimator, r.detailed, r.polls_late, r.newest_poll_ms, r.filter_digest,
    r.filter_size, r.requested_by, r.requested_ms, c.report_id as result_id, ${STATUS} as status, c.started_ms,
    coalesce(r.cancelled_ms, c.finished_ms) as finished_ms,
    c.progress, c.stores, c.reason, c.tz_version, c.claimed_by, c.csv_bytes, c.csv_sha256, c.figures_bytes, c.figures_sha256
  from ${TABLES}
  where not r.deleted`;

export async function findReport(sql: Sql, id: string): Promise<ReportRecord | undefined> {
  const [row] = await sql.rows(`${RECORDS} and r.report_id = $id`, { id });
  return row === undefined ? undefined : reportOf(row);
}

export async function listReports(sql: Sql, query: ReportQuery): Promise<ReportRecord[]> {
  const { status, requestedBy, after, limit } = query;
  const rows = await sql.rows(
    `${RECORDS}
       ${status === undefined ? '' : `and ${STATUS} = $status`}
       ${requestedBy === undefined ? '' : 'and r.requested_by = $requested_by'}
       ${newestFirst('r.report_id', after)} limit ${limit}`,
    {
      ...(status !== undefined && { status }),
      ...(requestedBy !== undefined && { requested_by: requestedBy }),
      ...position(after),
    },
  );
  return rows.map(reportOf);
}

export async function endedReports(sql: Sql, instant: number, limit: number): Promise<string[]> {
  const rows = await sql.rows(
    `select r.report_id from ${TABLES}
     where not r.deleted and ${STATUS} in ('complete', 'failed', 'cancelled') and ${ENDED} < $instant::bigint
     limit ${limit}`,
    { instant },
  );
  return rows.map((row) => String(row.report_id));
}

/** The condition and order of a page of a list after a record. The table with `requested_ms` is named `r`. */
export function newestFirst(id: string, after: JobPosition | undefined): string {
  const further = `and (r.requested_ms < $after_ms::bigint or (r.requested_ms = $after_ms::bigint and ${id} < $after_id))`;
  return `${after === undefined ? '' : further} order by r.requested_ms desc, ${id} desc`;
}

export function position(after: JobPosition | undefined): Parameters {
  return after === undefined ? {} : { after_ms: after.requestedAt, after_id: after.id };
}

export function numberOr(value: unknown): number | undefined {
  return value === null ? undefined : Number(value);
}

export function textOr(value: unknown): string | undefined {
  return value === null ? undefined : String(value);
}

/** @param row the columns of a report that shares no result, or of `RECORDS` */
export function reportOf(row: Row): ReportRecord {
  const digest = textOr(row.filter_digest);
  return {
    id: String(row.report_id),
    status: row.status as ReportStatus,
    asOf: Number(row.as_of_ms),
    estimator: row.estimator as EstimatorName,
    detailed: row.detailed === true,
    // The reports of earlier versions that had late polls were as of the newest one.
    stalePoll: numberOr(row.newest_poll_ms) ?? (row.polls_late === true ? Number(row.as_of_ms) : undefined),
    filter: digest === undefined ? undefined : { digest, size: Number(row.filter_size) },
    requestedBy: textOr(row.requested_by),
    resultId: String(row.result_id),
    requestedAt: Number(row.requested_ms),
    startedAt: numberOr(row.started_ms),
    finishedAt: numberOr(row.finished_ms),
    progress: Number(row.progress),
    stores: numberOr(row.stores),
    reason: textOr(row.reason),
    tzVersion: textOr(row.tz_version),
    files: filesOf(row),
  };
}

/** A row without these columns is that of a report that is not complete. */
function filesOf(row: Row): ResultFiles | undefined {
  const [csv, figures] = [textOr(row.csv_sha256 ?? null), textOr(row.figures_sha256 ?? null)];
  if (csv === undefined || figures === undefined) return undefined;
  return {
    attempt: String(row.claimed_by),
    csv: { bytes: Number(row.csv_bytes), sha256: csv },
    figures: { bytes: Number(row.figures_bytes), sha256: figures },
  };
}
