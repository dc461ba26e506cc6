import type { FleetStatus } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { duration } from '../../lib/format.ts';
import { Ago, Instant } from '../../parts/time.tsx';
import { asOf, setParams } from '../../state/place.ts';

const DAY = 86_400;

/** Warns when polls no longer arrive, with a link to the latest data. */
export function PollerBanner({ fleet }: { readonly fleet: FleetStatus }) {
  const { status, latest_poll, age_seconds } = fleet.poller;
  if (status === 'ok' || asOf.value !== '') return null;
  if (latest_poll === null || age_seconds === null) {
    return (
      <div class="banner" data-kind="warning">
        <p>
          <strong>No poll has come in yet.</strong> Until then, every open store is unknown.
        </p>
      </div>
    );
  }
  return (
    <div class="banner" data-kind="warning" role="status">
      <p>
        <strong>
          The newest poll is {age_seconds < DAY ? `${duration(age_seconds)} old` : <Ago at={latest_poll} />}
        </strong>
        {', from '}
        <Instant utc={latest_poll} zone={VIEWER_ZONE} as="date" />.{' '}
        {age_seconds < DAY ? 'Is the poller running? Open stores are unknown until it is.' : 'Is this an archive?'}
      </p>
      <button type="button" class="button" onClick={() => setParams({ as_of: latest_poll }, 'push')}>
        Look at the fleet as of then
      </button>
    </div>
  );
}
