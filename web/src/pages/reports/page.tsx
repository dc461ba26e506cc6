import type { Report } from '../../../api/schema.ts';
import { count, duration } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { usePages } from '../../state/pages.ts';
import { at, go, param } from '../../state/place.ts';
import { may } from '../../state/session.ts';
import { NewReport } from './new-report.tsx';
import { ReportProgress } from './progress.tsx';
import './reports.css';

/** Creating reports, and the list of reports. */
export default function ReportsPage() {
  const { list, more, reload } = usePages<Report>('reports', (cursor, signal) =>
    call('GET /api/v1/reports', { query: { limit: 50, cursor }, signal }),
  );
  const fleet = useLoad('fleet for reports', (signal) => call('GET /api/v1/fleet', { signal }));
  return (
    <>
      <header class="head">
        <div>
          <h1>Reports</h1>
          <p class="quiet">Uptime and downtime of every store in the last hour, day and week.</p>
        </div>
      </header>
      <div class="work">
        {may('reports:write') && (
          <NewReport
            latestPoll={fleet.data?.poller.latest_poll ?? undefined}
            stores={param('stores')}
            onMade={(report) => go(at(`/reports/${report.report_id}`))}
          />
        )}
        <section aria-labelledby="history">
          <h2 id="history">History</h2>
          <LoadedList
            of={list}
            reload={reload}
            what="reports"
            empty={
              <Empty title="No reports yet">
                <p>Create a report to see it here.</p>
              </Empty>
            }
          >
            {(reports) => <History reports={reports} onEnd={reload} />}
          </LoadedList>
          {list.next !== null && (
            <button type="button" class="button" onClick={more}>
              Earlier reports
            </button>
          )}
        </section>
      </div>
    </>
  );
}

function History({ reports, onEnd }: { readonly reports: readonly Report[]; readonly onEnd: () => void }) {
  return (
    <table class="stacks history">
      <thead>
        <tr>
          <th>As of</th>
          <th>Status</th>
          <th class="number">Stores</th>
          <th>Requested</th>
          <th class="number">Duration</th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <tr key={report.report_id}>
            <td>
              <Link href={at(`/reports/${report.report_id}`)}>
                <Instant utc={report.as_of} as="date" />
              </Link>
            </td>
            <td>
              <StatusMark status={report.status} />
              {(report.status === 'running' || report.status === 'queued') && (
                <ReportProgress report={report} onEnd={onEnd} />
              )}
            </td>
            <td class="number" data-label="stores">
              {report.stores === null ? '–' : count(report.stores)}
              {report.limited_to !== null && <span class="quiet"> chosen</span>}
            </td>
            <td data-label="requested">
              <Ago at={report.created_at} />
            </td>
            <td class="number" data-label="duration">
              {took(report)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function took({ started_at, finished_at }: Report): string {
  if (started_at === null || finished_at === null) return '–';
  const seconds = (Date.parse(finished_at) - Date.parse(started_at)) / 1_000;
  // The clocks of the database and the server may differ.
  return seconds < 0 ? '–' : duration(seconds);
}
