import { VIEWER_ZONE, withOffset } from '../lib/clock.ts';
import { duration } from '../lib/format.ts';
import { connection, lastHeard, news, now } from '../state/live.ts';
import { asOf } from '../state/place.ts';

const WORDS = {
  connecting: 'Connecting…',
  live: 'Connected',
  reconnecting: 'Reconnecting…',
  offline: 'Offline',
} as const;

/** Two things apart: whether the server is connected, and how old the data is. */
export function Pulse() {
  const state = connection.value;
  const isLost = state === 'reconnecting' || state === 'offline';
  const heardAt = lastHeard.value;
  if (asOf.value !== '' && !isLost) return null;
  const heard =
    heardAt === undefined ? undefined : `Last message from the server: ${withOffset(heardAt, VIEWER_ZONE, 'seconds')}`;
  return (
    <p class="pulse" data-connection={state} title={heard}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {state === 'live' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
        {(state === 'connecting' || state === 'reconnecting') && (
          <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2" />
        )}
        {state === 'offline' && <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="2" />}
      </svg>
      <span role="status" class={isLost ? undefined : 'wide-only'}>
        {WORDS[state]}
      </span>
      <DataAge />
    </p>
  );
}

function DataAge() {
  const fleet = news.value;
  if (fleet === undefined || fleet.stores === 0) return null;
  const late = fleet.poller_status === 'late';
  const age = fleet.latest_poll === null ? undefined : (now.value - Date.parse(fleet.latest_poll)) / 1_000;
  return (
    <span class="data-age" data-late={late || undefined}>
      <span class="wide-only" aria-hidden="true">
        ·{' '}
      </span>
      {late && <span aria-hidden="true">▲ </span>}
      {age === undefined ? 'no data yet' : `data ${age < 60 ? 'under 1 min' : duration(age)} old`}
    </span>
  );
}
