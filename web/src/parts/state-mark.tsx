import type { Store, StoreTime } from '../../api/schema.ts';
import { withOffset } from '../lib/clock.ts';
import { fixedZone } from '../lib/zones.ts';
import { bothClocks } from './time.tsx';

export type State = Store['state'];
export const STATES: readonly State[] = ['offline', 'unknown', 'online', 'closed'];

/** The name and meaning of each state. */
export const STATE_WORDS: Readonly<Record<State, { readonly word: string; readonly meaning: string }>> = {
  offline: { word: 'Offline', meaning: 'scheduled open, and the last check was inactive' },
  unknown: {
    word: 'Unknown',
    meaning: 'scheduled open without a recent check, or the hours or the time zone are unknown',
  },
  online: { word: 'Online', meaning: 'scheduled open, and the last check was active' },
  closed: { word: 'Closed', meaning: 'outside its business hours' },
};

/** Each state has its own shape: color is never the only sign. */
export function StateShape({ state }: { readonly state: State }) {
  return (
    <svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {state === 'online' && <circle cx="8" cy="8" r="6" />}
      {state === 'offline' && <path d="M8 0.6 15.4 8 8 15.4 0.6 8Z" />}
      {state === 'unknown' && (
        <circle
          cx="8"
          cy="8"
          r="5.75"
          fill="none"
          stroke="currentColor"
          stroke-width="2.5"
          stroke-dasharray="3.6 2.42"
        />
      )}
      {state === 'closed' && <rect x="1.5" y="6.6" width="13" height="2.8" rx="1.4" />}
    </svg>
  );
}

/** That a store is in planned downtime, and until when; nothing if it is not. */
export function PlannedTag({ until }: { readonly until: StoreTime | null }) {
  if (until === null) return null;
  const zone = fixedZone(until.utc, until.local);
  return (
    <span class="tag" title={bothClocks(Date.parse(until.utc), zone)}>
      planned downtime until {withOffset(Date.parse(until.utc), zone, 'day')}
    </span>
  );
}

export function StateMark({ state }: { readonly state: State }) {
  return (
    <span class="state" data-state={state}>
      <StateShape state={state} />
      {STATE_WORDS[state].word}
    </span>
  );
}
