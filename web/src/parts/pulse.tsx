import { timeWithSeconds, VIEWER_ZONE } from '../lib/clock.ts';
import { connection, lastHeard } from '../state/live.ts';
import { asOf } from '../state/place.ts';

const WORDS = { connecting: 'Connecting', live: 'Live', lost: 'No connection' } as const;

/** The connection status and the age of the last update. */
export function Pulse() {
  const state = connection.value;
  const heardAt = lastHeard.value;
  if (asOf.value !== '' && state !== 'lost') return null;
  return (
    <p class="pulse" data-connection={state} role="status">
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {state === 'live' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
        {state === 'connecting' && (
          <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 2" />
        )}
        {state === 'lost' && <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="2" />}
      </svg>
      <span>
        {WORDS[state]}
        {heardAt !== undefined && (
          <>
            <span class="wide-only"> · last updated</span> {timeWithSeconds(heardAt, VIEWER_ZONE)}
          </>
        )}
      </span>
    </p>
  );
}
