import type { Analytics } from '../../../api/schema.ts';
import type { Asked } from '../../lib/analytics.ts';
import { Icon } from '../../parts/icons.tsx';
import { urlOf } from '../../state/api.ts';

interface Props {
  readonly asked: Asked;
  readonly groups: Analytics;
  readonly again: () => void;
}

const FORMATS = [
  { format: 'csv', words: 'CSV' },
  { format: 'xlsx', words: 'Excel' },
  { format: 'json', words: 'JSON' },
] as const;

/** Files with the whole answer, each group by time; they have the figures of the page, also when new checks have arrived. */
export function Downloads({ asked, groups: { as_of, known_at }, again }: Props) {
  const query = { ...asked, as_of, known_at };
  return (
    <div class="row">
      {FORMATS.map(({ format, words }) => (
        <a
          key={format}
          class="button"
          title="Each group by time, in exact seconds"
          href={urlOf('GET /api/v1/analytics', { query: { ...query, format } })}
          download={`analytics.${format}`}
        >
          <Icon name="imports" /> {words}
        </a>
      ))}
      <button type="button" class="button" onClick={again}>
        Refresh
      </button>
    </div>
  );
}
