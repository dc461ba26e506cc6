import { useSignal } from '@preact/signals';
import type { ReportSummary, UptimeBar } from '../../../api/schema.ts';
import { count, counted, percent } from '../../lib/format.ts';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

type Window = keyof Pick<ReportSummary, 'hour' | 'day' | 'week'>;

const WINDOWS: readonly { readonly window: Window; readonly words: string }[] = [
  { window: 'hour', words: 'Hour' },
  { window: 'day', words: 'Day' },
  { window: 'week', words: 'Week' },
];

/** How many stores had how much uptime. */
export function Histogram({ id }: { readonly id: string }) {
  const window = useSignal<Window>('week');
  const loaded = useLoad(`summary ${id}`, (signal) =>
    call('GET /api/v1/reports/{id}/summary', { path: { id }, signal }),
  );
  const shown = loaded.data?.[window.value];
  const most = Math.max(1, ...(shown?.histogram ?? []).map(({ stores }) => stores));
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
      {shown === undefined ? (
        loaded.error === undefined ? (
          <Loading what="the histogram" />
        ) : (
          <Trouble error={loaded.error} retry={loaded.reload} />
        )
      ) : (
        <>
          <ol>
            {shown.histogram.map((bar, i) => (
              <li key={bar.from}>
                <span class="bar" aria-hidden="true">
                  <i data-bucket={i} style={{ height: `${(bar.stores / most) * 100}%` }} />
                </span>
                <strong>{count(bar.stores)}</strong>
                <span class="small">{rangeOf(bar)}</span>
                <small class="quiet">
                  {percent(shown.stores_with_data === 0 ? null : bar.stores / shown.stores_with_data)}
                </small>
              </li>
            ))}
          </ol>
          {shown.stores_without_data > 0 && (
            <p class="small quiet">{counted(shown.stores_without_data, 'store')} with no data</p>
          )}
        </>
      )}
    </section>
  );
}

/** Such as `80–90%`. */
function rangeOf({ from, to }: UptimeBar): string {
  const [low, high] = [from, to].map((ratio) => Math.round(ratio * 100));
  return low === high ? `${low}%` : `${low}–${high}%`;
}
