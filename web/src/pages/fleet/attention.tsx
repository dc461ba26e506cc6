import { useSignal } from '@preact/signals';
import type { AttentionStore, FleetStatus, Incident, WorstStore } from '../../../api/schema.ts';
import { noDowntime } from '../../lib/absence.ts';
import { count, counted, duration, openTime, over } from '../../lib/format.ts';
import { Labels } from '../../parts/labels.tsx';
import { Link } from '../../parts/link.tsx';
import { OutageStart } from '../../parts/outage-start.tsx';
import { STATE_WORDS, StateShape } from '../../parts/state-mark.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { Ago } from '../../parts/time.tsx';
import { hereWith } from '../../state/place.ts';
import { NewIncidentList, useNewIncidents } from './new-incidents.tsx';
import type { StaleFor } from './poller-banner.tsx';

/** Rows that are shown at first, with those of incidents; but at least so many stores. */
const SHOWN = 6;
const LEAST = 3;
const DAY = 86_400_000;

interface Props {
  readonly fleet: Pick<FleetStatus, 'attention' | 'worst' | 'uptime' | 'offline_planned'>;
  readonly staleFor: StaleFor;
}

/** New incidents, then what is new or gets worse, most urgent first. Stores that have been offline for longer are one line. */
export function Attention({ fleet: { attention, worst, uptime, offline_planned: planned }, staleFor }: Props) {
  const asOf = Date.parse(uptime.as_of);
  const all = useSignal(false);
  const incidents = useNewIncidents();
  const { stores: listed, total, long_offline: long, long_closed: longClosed, long_last_known: lastKnown } = attention;
  // A store with an incident is already listed, or is one of those of a mass outage.
  const isListed = (store: AttentionStore) => incidents.items.some((incident) => isAbout(incident, store));
  const stores = listed.filter((store) => !isListed(store));
  const rest = total - (listed.length - stores.length);
  const most = Math.max(LEAST, SHOWN - incidents.items.length);
  const shown = all.value ? stores : stores.slice(0, most);
  return (
    <section class="attention" data-stale={staleFor !== undefined || undefined} aria-labelledby="attention">
      <header>
        <h2 id="attention">Needs attention</h2>
        {typeof staleFor === 'number' && <p class="small quiet">Last known, {duration(staleFor)} ago</p>}
      </header>
      <NewIncidentList incidents={incidents} />
      {total + long + longClosed + lastKnown + planned + incidents.items.length === 0 && (
        <p class="quiet">{noDowntime(uptime.day)}</p>
      )}
      <ol>
        {shown.map((store) => (
          <li key={store.store_id}>
            <span class="state" data-state={store.state}>
              <StateShape state={store.state} />
            </span>
            <span class="who">
              <StoreName id={store.store_id} name={store.name} />
            </span>
            <strong class="loss">
              {over(store.began_earlier, openTime(store.lost_seconds ?? store.down_last_day_seconds))}
            </strong>
            <span class="since quiet">
              <Concern store={store} asOf={asOf} />
            </span>
            {Object.keys(store.labels).length > 0 && (
              <span class="since labels">
                <Labels labels={store.labels} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {stores.length > most && (
        <button type="button" class="button plain" onClick={() => (all.value = !all.value)}>
          {all.value
            ? 'Show fewer'
            : rest > stores.length
              ? `Show the ${stores.length} most urgent of ${count(rest)}`
              : `Show all ${stores.length}`}
        </button>
      )}
      {all.value && rest > stores.length && (
        <Link class="button plain" href={hereWith({ state: 'offline', sort: '-offline_since', reason: undefined })}>
          Show all offline stores in the list, newest first
        </Link>
      )}
      {long > 0 && <LongOffline state="offline" count={long} worst={worst} asOf={asOf} />}
      {longClosed > 0 && <LongOffline state="closed" count={longClosed} worst={worst} asOf={asOf} />}
      {lastKnown > 0 && (
        <p class="small quiet">{counted(lastKnown, 'store')} had been offline for more than a day when last checked</p>
      )}
      {planned > 0 && (
        <p class="small quiet">
          {counted(planned, 'store')} offline in <Link href="/downtime">planned downtime</Link>
        </p>
      )}
    </section>
  );
}

function isAbout(
  { kind, store_id: id, label, value }: Incident,
  { store_id, labels, concern }: AttentionStore,
): boolean {
  if (kind !== 'mass_outage') return id === store_id;
  return concern === 'new' && label !== null && (label === '' || labels[label] === value);
}

/** Why a store is listed. That nobody looked is never told as good news. */
function Concern({ store, asOf }: { readonly store: AttentionStore; readonly asOf: number }) {
  const { concern, state, last_check: check, down_last_day_seconds: day, down_day_before_seconds: before } = store;
  if (store.offline_since !== null) {
    const since = (
      <OutageStart
        at={store.offline_since}
        earlier={store.began_earlier}
        sinceFirstPoll={store.since_first_poll}
        now={asOf}
      />
    );
    if (concern === 'new') return <>Offline since {since}</>;
    if (concern === 'closed') return <>Closed now · was offline since {since}</>;
    return (
      <>
        Last known: offline since {since}
        {check !== null && (
          <>
            {' · last check '}
            <Ago at={check.at} from={asOf} />
          </>
        )}
      </>
    );
  }
  const how = state === 'online' ? 'Recovered' : state === 'unknown' ? 'Not checked recently' : STATE_WORDS[state].word;
  return (
    <>
      {how} · {openTime(day)} downtime in 24 h
      {concern === 'worsening' && `, ${before === 0 ? 'none' : openTime(before)} in the 24 h before`}
    </>
  );
}

interface LongOfflineProps {
  readonly state: 'offline' | 'closed';
  readonly count: number;
  readonly worst: readonly WorstStore[];
  readonly asOf: number;
}

function LongOffline({ state, count: stores, worst, asOf }: LongOfflineProps) {
  const closed = state === 'closed';
  const listed = worst.flatMap(({ offline_since: since, ...store }) =>
    store.state === state && since !== null && asOf - Date.parse(since.utc) >= DAY ? [{ ...store, since }] : [],
  );
  return (
    <details class="long-offline">
      <summary>
        {counted(stores, 'store')}{' '}
        {closed ? 'closed now, with an outage of more than a day' : 'offline for more than a day'}
      </summary>
      <ol>
        {listed.map(({ store_id, name, since, began_earlier, since_first_poll, lost_seconds }) => (
          <li key={store_id}>
            <span class="state" data-state={state}>
              <StateShape state={state} />
            </span>
            <span class="who">
              <StoreName id={store_id} name={name} />
            </span>
            <strong class="loss">{over(began_earlier, openTime(lost_seconds ?? 0))}</strong>
            <span class="since quiet">
              {closed ? 'Closed now · was offline since' : 'Offline since'}{' '}
              <OutageStart at={since} earlier={began_earlier} sinceFirstPoll={since_first_poll} now={asOf} />
            </span>
          </li>
        ))}
      </ol>
      {closed ? (
        <Link class="button plain" href={hereWith({ state, sort: undefined, reason: undefined })}>
          Show closed stores in the list
        </Link>
      ) : (
        <Link class="button plain" href={hereWith({ state, sort: 'offline_since', reason: undefined })}>
          Show all in the list, longest first
        </Link>
      )}
    </details>
  );
}
