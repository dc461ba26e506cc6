import type { Store } from '../../../api/schema.ts';
import { withOffset } from '../../lib/clock.ts';
import { noCheckWords, statusWords } from '../../lib/last-check.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { CheckWords } from '../../parts/check-words.tsx';
import { Labels } from '../../parts/labels.tsx';
import { BackLink } from '../../parts/link.tsx';
import { homeName } from '../../parts/places.ts';
import { PlannedTag, STATE_WORDS, StateShape } from '../../parts/state-mark.tsx';
import { Ago, bothClocks } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { at } from '../../state/place.ts';

/** A store first polled within the last eight days is new: its figures cover less than a week. */
const REACH = 8 * 86_400_000;

interface Props {
  readonly store: Store;
  readonly asOf: number;
}

/** The name, state and local time of the store. */
export function StoreHead({ store, asOf }: Props) {
  const { time_zone: zone, first_poll: first, state } = store;
  return (
    <header class="store-top">
      <BackLink to={at('/')}>{homeName()}</BackLink>
      <h1>{store.name ?? <span class="code">{store.store_id}</span>}</h1>
      {store.name !== null && <p class="code quiet small">{store.store_id}</p>}
      <dl class="store-facts">
        <div>
          <dt class="unseen">Status</dt>
          <dd class="store-state" data-state={state} title={STATE_WORDS[state].meaning}>
            <StateShape state={state} />
            {STATE_WORDS[state].word}
            <PlannedTag until={store.planned_until} />
          </dd>
        </div>
        <div>
          <dt>Last check</dt>
          <dd>
            <LastCheck store={store} asOf={asOf} />
          </dd>
        </div>
        {first !== null && asOf - Date.parse(first.utc) < REACH && (
          <div>
            <dt>First check</dt>
            <dd>
              <Ago at={first} zone={zone} from={asOf} />
            </dd>
          </div>
        )}
        <div>
          <dt>Local time</dt>
          <dd title={bothClocks(asOf, zone)}>
            <span>{withOffset(asOf, zone, 'day')}</span>
            <span class="quiet">
              {' '}
              · {store.zone_known ? zone : 'time zone unknown (times are UTC)'}
              {store.zone_is_default && ' (assumed)'}
            </span>
          </dd>
        </div>
        {!store.hours_known && (
          <div>
            <dt>Business hours</dt>
            <dd>unknown (unreadable)</dd>
          </div>
        )}
        {Object.keys(store.labels).length > 0 && (
          <div>
            <dt>Labels</dt>
            <dd class="labels">
              <Labels labels={store.labels} />
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}

function LastCheck({ store, asOf }: Props) {
  const { last_poll: poll, first_poll: first, time_zone: zone } = store;
  if (poll === null) {
    return (
      <>
        {noCheckWords(store)}
        {first !== null && <OlderCheck store={store} asOf={asOf} />}
      </>
    );
  }
  return (
    <>
      <CheckWords words={statusWords(poll.status)} at={poll.at} zone={zone} now={asOf} />
      {poll.reason !== null && <span class="quiet"> · {reasonInWords(poll.reason)}</span>}
    </>
  );
}

/** The last check of a store that has had none within two polling intervals. */
function OlderCheck({ store: { store_id, time_zone: zone }, asOf }: Props) {
  const to = new Date(asOf + 1).toISOString();
  const { data } = useLoad(`last check ${store_id} ${to}`, (signal) =>
    call('GET /api/v1/stores/{store_id}/polls', { path: { store_id }, query: { to, limit: 1 }, signal }),
  );
  const [last] = data?.items ?? [];
  if (last === undefined) return null;
  return (
    <span class="quiet">
      {' '}
      · Last known: <CheckWords words={statusWords(last.status)} at={last.at} zone={zone} now={asOf} />
    </span>
  );
}
