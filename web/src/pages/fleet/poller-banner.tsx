import type { FleetStatus } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { duration } from '../../lib/format.ts';
import { Ago, Instant } from '../../parts/time.tsx';
import { asOf, setParams } from '../../state/place.ts';
import { isOwner } from '../../state/session.ts';

const DAY = 86_400;

/** How long nobody has looked at a store that is scheduled open. */
export type StaleFor =
  /** Somebody has, within two polling intervals. */
  | undefined
  /** Nobody ever has. */
  | 'ever'
  /** Seconds. */
  | number;

/** Polls are missed only while some store is scheduled open; that store is unknown then. */
export function noDataFor({ poller, states }: Pick<FleetStatus, 'poller' | 'states'>): StaleFor {
  if (poller.status === 'ok' || states.unknown === 0) return undefined;
  return poller.age_seconds ?? 'ever';
}

/** `No data for 2 h` */
export function noDataWords(staleFor: NonNullable<StaleFor>): string {
  return staleFor === 'ever' ? 'No data yet' : `No data for ${duration(staleFor)}`;
}

/** Warns when polls no longer arrive, with a link to the latest data. */
export function PollerBanner({ fleet }: { readonly fleet: FleetStatus }) {
  const { status, latest_poll, age_seconds } = fleet.poller;
  if (status === 'ok' || asOf.value !== '') return null;
  if (latest_poll === null || age_seconds === null) {
    return (
      <div class="banner" data-kind="warning">
        <p>
          <strong>No checks yet.</strong> Every store that is scheduled open is unknown.
        </p>
      </div>
    );
  }
  return (
    <div class="banner" data-kind="warning" role="status">
      <p>
        <strong>No recent data.</strong> The last check was{' '}
        {age_seconds < DAY ? `${duration(age_seconds)} ago` : <Ago at={latest_poll} />} (
        <Instant utc={latest_poll} zone={VIEWER_ZONE} as="date" />
        ). Figures are last known values.
        {age_seconds < DAY && !isOwner() && ' Check that the poller is running.'}
      </p>
      <button type="button" class="button" onClick={() => setParams({ as_of: latest_poll }, 'push')}>
        View latest data
      </button>
    </div>
  );
}
