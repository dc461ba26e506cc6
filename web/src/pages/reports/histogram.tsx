import { useSignal } from '@preact/signals';
import type { ReportSummary, UptimeBar, WindowSummary } from '../../../api/schema.ts';
import { count, counted, percent } from '../../lib/format.ts';
import { ChartFigure } from '../../parts/chart-figure.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

type Window = keyof Pick<ReportSummary, 'hour' | 'day' | 'week'>;

const WINDOWS: readonly { readonly window: Window; readonly words: string }[] = [
  { window: 'hour', words: 'Hour' },
  { window: 'day', words: 'Day' },
  { window: 'week', words: 'Week' },
];

/** The number of stores by uptime. */
export function Histogram({ id }: { readonly id: string }) {
  const window = useSignal<Window>('week');
  const loaded = useLoad(`summary ${id}`, (signal) =>
    call('GET /api/v1/reports/{id}/summary', { path: { id }, signal }),
  );
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
      <Loaded of={loaded} what="the histogram">
        {(summary) => <Bars summary={summary[window.value]} />}
      </Loaded>
    </section>
  );
}

function Bars({ summary }: { readonly summary: WindowSummary }) {
  const { histogram, stores_with_data, stores_without_data } = summary;
  const most = Math.max(1, ...histogram.map(({ stores }) => stores));
  return (
    <>
      <ChartFigure label="Stores by uptime" table={() => <Table summary={summary} />}>
        <ol>
          {histogram.map((bar, i) => (
            <li key={bar.from}>
              <span class="bar" aria-hidden="true">
                {bar.stores > 0 && <i data-bucket={i} style={{ height: `${(bar.stores / most) * 100}%` }} />}
              </span>
              <strong>{count(bar.stores)}</strong>
              <span class="small">{rangeOf(bar)}</span>
              <small class="quiet">{percent(shareOf(bar, stores_with_data))}</small>
            </li>
          ))}
        </ol>
      </ChartFigure>
      {stores_without_data > 0 && <p class="small quiet">{counted(stores_without_data, 'store')} with no data</p>}
    </>
  );
}

function Table({ summary: { histogram, stores_with_data } }: { readonly summary: WindowSummary }) {
  return (
    <table>
      <thead>
        <tr>
          <th>Uptime</th>
          <th class="number">Stores</th>
          <th class="number">Share</th>
        </tr>
      </thead>
      <tbody>
        {histogram.map((bar) => (
          <tr key={bar.from}>
            <td>{rangeOf(bar)}</td>
            <td class="number">{count(bar.stores)}</td>
            <td class="number">{percent(shareOf(bar, stores_with_data))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shareOf({ stores }: UptimeBar, all: number): number | null {
  return all === 0 ? null : stores / all;
}

/** Such as `80–90%`. */
function rangeOf({ from, to }: UptimeBar): string {
  const [low, high] = [from, to].map((ratio) => Math.round(ratio * 100));
  return low === high ? `${low}%` : `${low}–${high}%`;
}
