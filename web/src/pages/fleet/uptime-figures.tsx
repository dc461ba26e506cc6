import type { FleetStatus } from '../../../api/schema.ts';
import { changeInPoints, percent, storeHours } from '../../lib/format.ts';
import { Ago } from '../../parts/time.tsx';
import { asOf } from '../../state/place.ts';

const WINDOWS = [
  { key: 'hour', title: 'Last hour', before: 'the hour before' },
  { key: 'day', title: 'Last 24 hours', before: 'the day before' },
  { key: 'week', title: 'Last 7 days', before: 'the week before' },
] as const;

type Window = FleetStatus['uptime']['hour'];

/** The uptime of all stores, each window compared with the previous one. */
export function UptimeFigures({ uptime }: { readonly uptime: FleetStatus['uptime'] }) {
  return (
    <section class="uptimes" aria-label="Uptime of the fleet">
      <ul>
        {WINDOWS.map(({ key, title, before }) => (
          <li key={key}>
            <h2>{title}</h2>
            <p class="big">{percent(uptime[key].uptime_ratio)}</p>
            <Change now={uptime[key]} words={before} />
            <p class="small quiet">
              {storeHours(uptime[key].down_seconds)} down of {storeHours(uptime[key].open_seconds)} open
            </p>
          </li>
        ))}
      </ul>
      <p class="small quiet">
        Up, of the open time of all stores together
        {asOf.value === '' && (
          <>
            ; updated <Ago at={uptime.as_of} />
          </>
        )}
        .
      </p>
    </section>
  );
}

function Change({ now, words }: { readonly now: Window; readonly words: string }) {
  const text = changeInPoints(now.uptime_ratio, now.before.uptime_ratio);
  if (text === undefined) return <p class="change">nothing to compare with</p>;
  const change = (now.uptime_ratio ?? 0) - (now.before.uptime_ratio ?? 0);
  const kind = Math.abs(change) < 0.000_05 ? 'same' : change > 0 ? 'better' : 'worse';
  return (
    <p class="change" data-kind={kind}>
      <span aria-hidden="true">{{ same: '→', better: '↑', worse: '↓' }[kind]}</span> {text}{' '}
      <span class="quiet">to {words}</span>
    </p>
  );
}
