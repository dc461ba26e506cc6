import { useSignal } from '@preact/signals';
import type { Import } from '../../../api/schema.ts';
import { bytes, percent } from '../../lib/format.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { urlOf } from '../../state/api.ts';
import { useWatch } from '../../state/watch.ts';
import { CountParts } from './count-parts.tsx';
import { wordsOf } from './feeds.ts';
import { Rejects } from './rejects.tsx';

/** The status and result of one import. */
export function ImportCard({ record, onEnd }: { readonly record: Import; readonly onEnd: () => void }) {
  const { import_id: id, counts, status } = record;
  const underWay = status === 'queued' || status === 'running';
  const progress = useSignal({ progress: record.progress, phase: record.phase });
  const rejects = useSignal(false);
  useWatch('GET /api/v1/imports/{id}/events', id, underWay, ['complete', 'failed'], {
    onProgress: (update) => {
      progress.value = update;
    },
    onEnd,
  });
  return (
    <article class="import" aria-label={record.file_name}>
      <header>
        <h3>{record.file_name}</h3>
        {record.dry_run && <span class="tag">preview</span>}
        {record.strict && <span class="tag">strict</span>}
        <StatusMark status={status} />
      </header>
      <p class="small quiet">
        {wordsOf(record.feed)} · {bytes(record.bytes)} · <Ago at={record.created_at} />
        {record.effective_from !== null && (
          <>
            {' · effective from '}
            <Instant utc={record.effective_from} as="date" />
          </>
        )}
      </p>
      {underWay && (
        <span class="progress">
          <progress value={progress.value.progress} max={1} aria-label={`${record.file_name}: progress`} />
          <span class="small">
            {progress.value.phase ?? 'waiting'}, {percent(progress.value.progress)}
          </span>
        </span>
      )}
      {record.error !== null && <p class="wrong">{record.error}</p>}
      {record.warnings.map((warning) => (
        <p key={warning} class="banner" data-kind="warning">
          {warning}
        </p>
      ))}
      {counts !== null && <CountParts counts={counts} dryRun={record.dry_run} />}
      {(status === 'failed' || (counts !== null && counts.rejected > 0)) && (
        <>
          <div class="row">
            <button
              type="button"
              class="button plain"
              aria-expanded={rejects.value}
              onClick={() => {
                rejects.value = !rejects.value;
              }}
            >
              {rejects.value ? 'Hide rejected rows' : 'Show rejected rows'}
            </button>
            {counts !== null && (
              <a class="small" href={urlOf('GET /api/v1/imports/{id}/rejects', { path: { id } })} download>
                Download rejected rows
              </a>
            )}
          </div>
          {rejects.value && <Rejects id={id} rejected={counts?.rejected} />}
        </>
      )}
    </article>
  );
}
