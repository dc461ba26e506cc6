import { useSignal } from '@preact/signals';
import { count, percent } from '../../lib/format.ts';
import { BUCKET_WORDS, spreadOf, type Window } from '../../lib/spread.ts';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { urlOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

const WINDOWS: readonly { readonly window: Window; readonly words: string }[] = [
  { window: 'hour', words: 'Hour' },
  { window: 'day', words: 'Day' },
  { window: 'week', words: 'Week' },
];

/** How many stores had how much uptime. */
export function Histogram({ id }: { readonly id: string }) {
  const window = useSignal<Window>('week');
  const loaded = useLoad(`spread ${id}`, async (signal) => {
    const url = urlOf('GET /api/v1/reports/{id}/download', { path: { id }, query: { format: 'csv' } });
    const { body, ok, status } = await fetch(url, { signal });
    if (!ok || body === null) throw new Error(`the server answered ${status}`);
    return spreadOf(body);
  });
  const spread = loaded.data?.[window.value];
  const all = spread?.stores.reduce((sum, value) => sum + value, 0) ?? 0;
  const most = Math.max(1, ...(spread?.stores ?? []));
  return (
    <section class="histogram" aria-labelledby="histogram">
      <header class="head">
        <h2 id="histogram">Stores by uptime</h2>
        <fieldset class="segments">
          <legend class="unseen">Window</legend>
          {WINDOWS.map(({ window: one, words }) => (
            <button
              key={one}
              type="button"
              aria-pressed={window.value === one}
              onClick={() => {
                window.value = one;
              }}
            >
              {words}
            </button>
          ))}
        </fieldset>
      </header>
      {spread === undefined ? (
        loaded.error === undefined ? (
          <Loading what="the histogram" />
        ) : (
          <Trouble error={loaded.error} retry={loaded.reload} />
        )
      ) : (
        <>
          <ol>
            {BUCKET_WORDS.map((words, i) => {
              const stores = spread.stores[i] ?? 0;
              return (
                <li key={words}>
                  <span class="bar" aria-hidden="true">
                    <i data-bucket={i} style={{ height: `${(stores / most) * 100}%` }} />
                  </span>
                  <strong>{count(stores)}</strong>
                  <span class="small">{words}</span>
                  <small class="quiet">{percent(all === 0 ? null : stores / all)}</small>
                </li>
              );
            })}
          </ol>
          {spread.none > 0 && (
            <p class="small quiet">
              {count(spread.none)} more were not open in this time, or nothing is known of them.
            </p>
          )}
        </>
      )}
    </section>
  );
}
