import type { Report } from '../../../api/schema.ts';
import { counted } from '../../lib/format.ts';
import { Failure } from '../../parts/failure.tsx';
import { Icon } from '../../parts/icons.tsx';
import { BackLink, Link } from '../../parts/link.tsx';
import { Empty, Loading, Trouble } from '../../parts/notices.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { ApiError, call, urlOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { at, go } from '../../state/place.ts';
import { may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { Histogram } from './histogram.tsx';
import { took } from './page.tsx';
import { ReportProgress } from './progress.tsx';
import { ReportTable } from './table.tsx';
import './reports.css';
import { methodWords } from './methods.ts';

const FORMATS = [
  { format: 'csv', words: 'CSV', title: 'the classic columns, two decimals' },
  { format: 'full', words: 'Full CSV', title: 'all columns, four decimals' },
  { format: 'json', words: 'JSON', title: 'seconds, exact' },
  { format: 'parquet', words: 'Parquet', title: 'seconds, exact' },
] as const;

/** One report: its progress, then its results and downloads. */
export default function ReportPage({ id }: { readonly id: string }) {
  const path = { id };
  const loaded = useLoad(`report ${id}`, (signal) => call('GET /api/v1/reports/{id}', { path, signal }));
  const { error: failure, run } = useSubmit();
  const { data: report } = loaded;
  if (report === undefined) {
    const { error } = loaded;
    if (error === undefined) return <Loading what="the report" />;
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) return <NoReport />;
    return <Trouble error={error} retry={loaded.reload} />;
  }
  const underWay = report.status === 'queued' || report.status === 'running';
  return (
    <>
      <header class="report-top">
        <BackLink to={at('/reports')}>Reports</BackLink>
        <h1>
          Report as of <Instant utc={report.as_of} as="date" />
        </h1>
        <div class="head">
          <p class="quiet small">
            <StatusMark status={report.status} /> · {methodWords(report.estimator)} ·{' '}
            {report.stores === null ? 'stores not counted yet' : counted(report.stores, 'store')} · requested{' '}
            <Ago at={report.created_at} />
            {took(report) !== '–' && <> · took {took(report)}</>}
          </p>
          <div class="row">
            {report.status === 'complete' &&
              FORMATS.map(({ format, words, title }) => (
                <a
                  key={format}
                  class="button"
                  title={title}
                  href={urlOf('GET /api/v1/reports/{id}/download', { path, query: { format } })}
                  download
                >
                  <Icon name="imports" /> {words}
                </a>
              ))}
            {underWay && may('reports:write') && (
              <button
                type="button"
                class="button"
                onClick={() =>
                  run(async () => {
                    await call('POST /api/v1/reports/{id}/cancel', { path });
                    loaded.reload();
                  })
                }
              >
                Cancel
              </button>
            )}
            {!underWay && may('reports:write') && (
              <button
                type="button"
                class="button plain danger"
                onClick={() => {
                  if (!confirm('Delete this report with its files?')) return;
                  run(async () => {
                    await call('DELETE /api/v1/reports/{id}', { path });
                    go(at('/reports'));
                  });
                }}
              >
                Delete
              </button>
            )}
          </div>
        </div>
      </header>
      <Failure error={failure} />
      {report.warning !== null && (
        <p class="banner" data-kind="warning">
          Warning: {report.warning.replaceAll('poll', 'check').replace('as_of', 'the time of the report')}.
        </p>
      )}
      <Outcome report={report} onEnd={loaded.reload} />
    </>
  );
}

function Outcome({ report, onEnd }: { readonly report: Report; readonly onEnd: () => void }) {
  switch (report.status) {
    case 'queued':
    case 'running':
      return (
        <section class="card waiting" aria-live="polite">
          <h2>{report.status === 'queued' ? 'Queued' : 'Calculating…'}</h2>
          <ReportProgress report={report} onEnd={onEnd} />
        </section>
      );
    case 'failed':
      return (
        <div class="banner" data-kind="trouble">
          <p>The report failed: {report.error}</p>
        </div>
      );
    case 'cancelled':
      return (
        <Empty title="The report was canceled">
          <Link class="button" href={at('/reports')}>
            All reports
          </Link>
        </Empty>
      );
    case 'complete':
      return (
        <>
          <Histogram id={report.report_id} />
          <ReportTable id={report.report_id} stores={report.stores ?? 0} detailed={report.detailed} />
        </>
      );
  }
}

function NoReport() {
  return (
    <Empty title="Report not found" whole>
      <p>It was deleted, or you don't have access.</p>
      <Link class="button" href={at('/reports')}>
        All reports
      </Link>
    </Empty>
  );
}
