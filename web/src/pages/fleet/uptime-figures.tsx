import type { FleetStatus } from '../../../api/schema.ts';
import { isUnchecked, NO_CHECKS, NOT_ENOUGH, shownUptime } from '../../lib/coverage.ts';
import { duration, percent, storeHours } from '../../lib/format.ts';
import { Change } from '../../parts/change.tsx';
import { Coverage } from '../../parts/coverage.tsx';
import { Ago } from '../../parts/time.tsx';
import { asOf } from '../../state/place.ts';
import type { StaleFor } from './poller-banner.tsx';

const WINDOWS = [
  { key: 'hour', title: 'Last hour', before: 'previous hour' },
  { key: 'day', title: 'Last 24 hours', before: 'previous 24 hours' },
  { key: 'week', title: 'Last 7 days', before: 'previous 7 days' },
] as const;

type Window = FleetStatus['uptime']['hour'];

interface Props {
  readonly uptime: FleetStatus['uptime'];
  readonly staleFor: StaleFor;
}

/** The uptime of all stores with its coverage, each window compared with the previous one if both are covered. */
export function UptimeFigures({ uptime, staleFor }: Props) {
  return (
    <section class="uptimes" data-stale={staleFor !== undefined || undefined} aria-label="Uptime of the fleet">
      <ul>
        {WINDOWS.map(({ key, title, before }) => (
          <li key={key}>
            <h2>{title}</h2>
            <p class="big">{percent(shownUptime(uptime[key]))}</p>
            <ChangeOf window={uptime[key]} words={before} />
            <p class="small quiet">
              {isUnchecked(uptime[key]) ? 'unknown' : storeHours(uptime[key].down_seconds)} downtime /{' '}
              {storeHours(uptime[key].open_seconds)} scheduled
            </p>
            <p class="small quiet">
              <Coverage ratio={uptime[key].coverage_ratio} />
            </p>
          </li>
        ))}
      </ul>
      <p class="small quiet">
        {typeof staleFor === 'number' && <strong>Last known, from data {duration(staleFor)} old. </strong>}% of
        scheduled open hours of all stores whose state is known
        {asOf.value === '' && !WINDOWS.every(({ key }) => isUnchecked(uptime[key])) && (
          <>
            {' · calculated '}
            <Ago at={uptime.as_of} />
          </>
        )}
      </p>
    </section>
  );
}

function ChangeOf({ window: now, words }: { readonly window: Window; readonly words: string }) {
  if (isUnchecked(now)) return <p class="change quiet">{NO_CHECKS}</p>;
  const before = now.before.uptime_ratio;
  if (!now.comparable || now.uptime_ratio === null || before === null) {
    return <p class="change quiet">{NOT_ENOUGH}</p>;
  }
  return <Change now={now.uptime_ratio} before={before} words={words} />;
}
