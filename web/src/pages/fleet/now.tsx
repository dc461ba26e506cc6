import type { FleetStatus } from '../../../api/schema.ts';
import { count, counted } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { STATE_WORDS, STATES, type State, StateShape } from '../../parts/state-mark.tsx';
import { hereWith } from '../../state/place.ts';

/** The most important figures of the fleet. */
export function FleetNow({ fleet }: { readonly fleet: FleetStatus }) {
  const { states, stores } = fleet;
  const open = stores - states.closed;
  // "No store offline" is good news only if some states are known.
  const mood = (['offline', 'online', 'unknown', 'closed'] as const).find((state) => states[state] > 0) ?? 'closed';
  return (
    <section class="now" aria-label="Now">
      <Link class="hero" data-state={mood} href={hereWith({ state: 'offline', reason: undefined })}>
        <span class="hero-number">
          <StateShape state={mood} />
          {count(states.offline)}
        </span>
        <span class="hero-words">
          <strong>{states.offline === 1 ? 'store offline' : 'stores offline'} while open</strong>
          <span class="quiet">
            {open === 0 ? 'no store is open' : `of ${counted(open, 'store')} open by their hours`}
          </span>
        </span>
      </Link>
      <div class="share" aria-hidden="true">
        {STATES.map((state) => (
          <i key={state} data-state={state} style={{ flexGrow: states[state] }} />
        ))}
      </div>
      <ul class="counts">
        {(['online', 'unknown', 'closed'] as const).map((state) => (
          <li key={state}>
            <StateCount state={state} stores={states[state]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function StateCount({ state, stores }: { readonly state: State; readonly stores: number }) {
  const { word, meaning } = STATE_WORDS[state];
  return (
    <Link href={hereWith({ state, reason: undefined })} title={meaning}>
      <strong>{count(stores)}</strong>
      <span class="state" data-state={state}>
        <StateShape state={state} />
        {word}
      </span>
    </Link>
  );
}
