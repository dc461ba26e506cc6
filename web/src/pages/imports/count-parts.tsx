import type { Import } from '../../../api/schema.ts';
import { count } from '../../lib/format.ts';

const COUNTS = [
  { key: 'added', words: 'new', would: 'would be new' },
  { key: 'replaced', words: 'changed', would: 'would change' },
  { key: 'already_there', words: 'already there', would: 'already there' },
  { key: 'repeated', words: 'repeated in the file', would: 'repeated in the file' },
  {
    key: 'set_aside',
    words: 'skipped, as the store has a bad row',
    would: 'would be skipped, as the store has a bad row',
  },
] as const;

interface Props {
  readonly counts: Pick<
    NonNullable<Import['counts']>,
    'read' | 'added' | 'replaced' | 'already_there' | 'repeated' | 'set_aside' | 'rejected'
  >;
  readonly dryRun?: boolean;
}

/** The row counts of a file or a source. */
export function CountParts({ counts, dryRun = false }: Props) {
  return (
    <dl class="parts">
      <div>
        <dt>rows read</dt>
        <dd>{count(counts.read)}</dd>
      </div>
      {COUNTS.filter(({ key }) => counts[key] > 0).map(({ key, words, would }) => (
        <div key={key}>
          <dt>{dryRun ? would : words}</dt>
          <dd>{count(counts[key])}</dd>
        </div>
      ))}
      <div data-kind={counts.rejected > 0 ? 'down' : undefined}>
        <dt>rejected</dt>
        <dd>{count(counts.rejected)}</dd>
      </div>
    </dl>
  );
}
