import type { EstimatorName } from '../../../src/domain/markov/estimator.ts';
import type { ReportRecord, ReportStatus, ResultFiles } from '../../../src/storage/ports/report-catalog.ts';
import type { RecordRow } from './record-tables.ts';

export type ReportRow = RecordRow<'reports'>;

/**
 * The record of a report. One that shares a result has the status of the one that computes it, unless it was cancelled.
 *
 * @param computed the row of the report that computes the result
 */
export function reportOf(row: ReportRow, computed: ReportRow): ReportRecord {
  return {
    ...{ id: row.report_id, asOf: row.as_of_ms, estimator: row.estimator as EstimatorName, detailed: row.detailed },
    ...{
      stalePoll: row.newest_poll_ms ?? undefined,
      requestedBy: row.requested_by ?? undefined,
      requestedAt: row.requested_ms,
    },
    filter: row.filter_digest === null ? undefined : { digest: row.filter_digest, size: Number(row.filter_size) },
    resultId: computed.report_id,
    status: (row.cancelled_ms === null ? computed.status : 'cancelled') as ReportStatus,
    ...{ startedAt: computed.started_ms ?? undefined, progress: computed.progress },
    finishedAt: row.cancelled_ms ?? computed.finished_ms ?? undefined,
    ...{ stores: computed.stores ?? undefined, reason: computed.reason ?? undefined },
    ...{ tzVersion: computed.tz_version ?? undefined, files: filesOf(computed) },
  };
}

function filesOf(row: ReportRow): ResultFiles | undefined {
  const { claimed_by: attempt, csv_sha256: csv, figures_sha256: figures } = row;
  if (attempt === null || csv === null || figures === null) return undefined;
  return {
    attempt,
    csv: { bytes: Number(row.csv_bytes), sha256: csv },
    figures: { bytes: Number(row.figures_bytes), sha256: figures },
  };
}
