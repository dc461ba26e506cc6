import type { Report } from '../../api/schema.ts';

const SIGNS: Readonly<
  Record<Report['status'], { readonly sign: string; readonly word: string; readonly kind: string }>
> = {
  queued: { sign: '◌', word: 'Queued', kind: 'quiet' },
  running: { sign: '◐', word: 'Running', kind: 'quiet' },
  complete: { sign: '✓', word: 'Complete', kind: 'good' },
  failed: { sign: '✕', word: 'Failed', kind: 'bad' },
  cancelled: { sign: '–', word: 'Canceled', kind: 'quiet' },
};

/** The status of a report or an import. */
export function StatusMark({ status }: { readonly status: Report['status'] }) {
  const { sign, word, kind } = SIGNS[status];
  return (
    <span class="status" data-kind={kind}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
