import type { FleetStatus } from '../../../api/schema.ts';
import { count, counted } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { STATE_WORDS, STATES, type State, StateShape } from '../../parts/state-mark.tsx';
import { hereWith } from '../../state/place.ts';
import { noDataWords, type StaleFor } from './poller-banner.tsx';

interface Props {
  readonly fleet: FleetStatus;
  readonly staleFor: StaleFor;
}

/** The most important figures of the fleet. */
export function FleetNow({ fleet, staleFor }: Props) {
  const { states } = fleet;
  return (
    <section class="now" aria-label="Now">
      {staleFor === undefined ? <Offline fleet={fleet} /> : <NoData fleet={fleet} staleFor={staleFor} />}
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

function Offline({ fleet: { states, stores, offline_planned: planned } }: Pick<Props, 'fleet'>) {
  const open = stores - states.closed;
  // "No store offline" is good news only if all states are known. What is planned is no bad news.
  const counts = { ...states, offline: states.offline - planned };
  const mood = STATES.find((state) => counts[state] > 0) ?? 'closed';
  return (
    <Link class="hero" data-state={mood} href={hereWith({ state: 'offline', reason: undefined })}>
      <span class="hero-number">
        <StateShape state={mood} />
        {count(states.offline)}
      </span>
      <span class="hero-words">
        <strong>{states.offline === 1 ? 'store offline' : 'stores offline'} while open</strong>
        <span class="quiet">
          {open === 0 ? 'no store is scheduled open' : `of ${counted(open, 'store')} scheduled open`}
          {states.unknown > 0 && `, ${count(states.unknown)} of them unknown`}
          {planned > 0 && ` · ${planned === states.offline ? 'all offline' : count(planned)} in planned downtime`}
        </span>
      </span>
    </Link>
  );
}

function NoData({
  fleet: { states },
  staleFor,
}: {
  readonly fleet: FleetStatus;
  readonly staleFor: NonNullable<StaleFor>;
}) {
  return (
    <Link class="hero" data-state="unknown" data-stale href={hereWith({ state: 'unknown', reason: undefined })}>
      <span class="hero-number">
        <StateShape state="unknown" />
        {noDataWords(staleFor)}
      </span>
      <span class="hero-words">
        <strong>{counted(states.unknown, 'store')} unknown while open</strong>
        <span class="quiet">We don't know whether they're online</span>
      </span>
    </Link>
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
