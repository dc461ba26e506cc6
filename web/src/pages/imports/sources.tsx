import type { Sync, SyncResult, SyncSource } from '../../../api/schema.ts';
import { count } from '../../lib/format.ts';
import { Trouble } from '../../parts/notices.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { CountParts } from './count-parts.tsx';
import { wordsOf } from './feeds.ts';

const FOUND: Readonly<
  Record<SyncResult['status'], { readonly sign: string; readonly word: string; readonly kind: string }>
> = {
  changed: { sign: '✓', word: 'Read', kind: 'good' },
  unchanged: { sign: '✓', word: 'Unchanged', kind: 'good' },
  failed: { sign: '✕', word: 'Unreadable', kind: 'bad' },
};
const NOT_YET = { sign: '◌', word: 'Not read yet', kind: 'quiet' };

/** The synced files and URLs with their last results, and the time of the next sync. */
export function Sources() {
  const { data, error, reload } = useLoad('sync', (signal) => call('GET /api/v1/sync', { signal }), round.value);
  if (data === undefined) return error === undefined ? null : <Trouble error={error} retry={reload} />;
  if (data.sources.length === 0) return null;
  return (
    <section class="section" aria-labelledby="sources">
      <header>
        <h2 id="sources">Sources</h2>
        <p class="small quiet">
          {data.next_run === null ? (
            'This server does not sync on a schedule.'
          ) : (
            <>
              Next sync: <Instant utc={data.next_run} />
            </>
          )}
        </p>
      </header>
      <ol class="imports">
        {data.sources.map((source) => (
          <li key={`${source.feed} ${source.source}`}>
            <SourceCard source={source} runs={data.runs} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function SourceCard({ source, runs }: { readonly source: SyncSource; readonly runs: Sync['runs'] }) {
  const { feed, last } = source;
  const { sign, word, kind } = last === null ? NOT_YET : FOUND[last.status];
  const failed = last?.status === 'failed';
  const lastRead = failed ? lastReadOf(source, runs) : undefined;
  return (
    <article class="import" aria-label={source.source}>
      <header>
        <h3>{source.source}</h3>
        <span class="status" data-kind={kind}>
          <span aria-hidden="true">{sign}</span> {word}
        </span>
      </header>
      <p class="small quiet">
        {wordsOf(feed)}
        {last !== null && (
          <>
            {failed ? ' · tried ' : ' · read '}
            <Ago at={last.at} />
          </>
        )}
        {lastRead !== undefined && (
          <>
            {' · last read '}
            <Ago at={lastRead} />
          </>
        )}
      </p>
      {last !== null && last.error !== null && <p class="wrong">{last.error}</p>}
      {last !== null && last.bad_rows !== null && (
        <p class="banner" data-kind="warning">
          {count(last.bad_rows.rejected)} of {count(last.bad_rows.read)} rows{' '}
          {last.bad_rows.rejected === 1 ? 'is' : 'are'} bad
          {last.bad_rows.stores_unknown > 0 &&
            `; stores with unknown hours or zones: ${count(last.bad_rows.stores_unknown)}`}
          {last.bad_rows.stores_kept > 0 && `; stores that keep theirs: ${count(last.bad_rows.stores_kept)}`}
        </p>
      )}
      {last?.status === 'changed' && <CountParts counts={last} />}
    </article>
  );
}

/** When a failing source was last read successfully, within the listed runs. */
function lastReadOf({ feed, source }: SyncSource, runs: Sync['runs']): string | undefined {
  return runs.find(({ results }) =>
    results.some((one) => one.feed === feed && one.source === source && one.status !== 'failed'),
  )?.started_at;
}
