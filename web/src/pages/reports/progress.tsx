import { useSignal } from '@preact/signals';
import type { Report } from '../../../api/schema.ts';
import { percent } from '../../lib/format.ts';
import { urlOf } from '../../state/api.ts';
import { useWatch } from '../../state/watch.ts';

const ENDS = ['complete', 'failed', 'cancelled'];

interface Props {
  readonly report: Report;
  readonly onEnd: (report: Report | undefined) => void;
}

/** How far a report is, as it goes on. */
export function ReportProgress({ report, onEnd }: Props) {
  const done = useSignal(report.progress);
  useWatch<Pick<Report, 'progress' | 'status'>, Report>(
    urlOf('GET /api/v1/reports/{id}/events', { path: { id: report.id } }),
    true,
    ENDS,
    {
      onProgress: ({ progress }) => {
        done.value = progress;
      },
      onEnd,
    },
  );
  return (
    <span class="progress">
      <progress value={done.value} max={1} aria-label="Share of the stores done" />
      <span class="small">{percent(done.value)}</span>
    </span>
  );
}
