import { useSignal } from '@preact/signals';
import type { Report } from '../../../api/schema.ts';
import { percent } from '../../lib/format.ts';
import { useWatch } from '../../state/watch.ts';

interface Props {
  readonly report: Report;
  readonly onEnd: (report: Report | undefined) => void;
}

/** The progress of a report while it is computed. */
export function ReportProgress({ report, onEnd }: Props) {
  const done = useSignal(report.progress);
  useWatch('GET /api/v1/reports/{id}/events', report.report_id, true, ['complete', 'failed', 'cancelled'], {
    onProgress: ({ progress }) => {
      done.value = progress;
    },
    onEnd,
  });
  return (
    <span class="progress">
      <progress value={done.value} max={1} aria-label="Progress" />
      <span class="small">{percent(done.value)}</span>
    </span>
  );
}
