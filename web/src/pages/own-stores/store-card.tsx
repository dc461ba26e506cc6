import type { Incident, ListedStore, TimelineTotals } from '../../../api/schema.ts';
import { checkWords, noCheckWords } from '../../lib/last-check.ts';
import { dateAt, startOfDate } from '../../lib/local-days.ts';
import { openingsOn } from '../../lib/openings.ts';
import { downtimeWords, hoursWords } from '../../lib/today.ts';
import { CheckWords } from '../../parts/check-words.tsx';
import { Labels } from '../../parts/labels.tsx';
import { Link } from '../../parts/link.tsx';
import { OutageStart } from '../../parts/outage-start.tsx';
import { PlannedTag, StateMark } from '../../parts/state-mark.tsx';
import { StoreWho } from '../../parts/store-name.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { type Load, useLoad } from '../../state/load.ts';
import { asOf as chosen } from '../../state/place.ts';

/** What a day has at its first instant. */
const NOTHING: TimelineTotals = { open_seconds: 0, up_seconds: 0, down_seconds: 0, unknown_seconds: 0 };

interface Props {
  readonly store: ListedStore;
  /** An open incident of the store that nobody has acknowledged. */
  readonly incident: Incident | undefined;
  /** The displayed instant, milliseconds. */
  readonly asOf: number;
  /** No store was checked recently. */
  readonly stale: boolean;
}

/** A store with its state, the downtime of its local day so far, and the hours of that day. */
export function StoreCard({ store, incident, asOf, stale }: Props) {
  const { store_id, time_zone: zone } = store;
  const today = dateAt(asOf, zone);
  const day = useLoad(
    `day ${store_id} ${today} ${chosen.value}`,
    async (signal) => {
      const from = startOfDate(today, zone);
      if (from === asOf) return NOTHING;
      const query = { from: new Date(from).toISOString(), as_of: new Date(asOf).toISOString() };
      return (await call('GET /api/v1/stores/{store_id}/timeline', { path: { store_id }, query, signal })).seen.totals;
    },
    asOf,
  );
  const hours = useLoad(`hours ${store_id} ${today}`, async (signal) => {
    const path = { store_id };
    const [{ versions }, { items }] = await Promise.all([
      call('GET /api/v1/stores/{store_id}/hours', { path, signal }),
      call('GET /api/v1/stores/{store_id}/special-hours', { path, query: { from: today, to: today }, signal }),
    ]);
    return openingsOn(today, asOf, versions, items[0]);
  });
  const { brand, ...labels } = store.labels;
  return (
    <article class="card own-store" data-state={store.state} aria-labelledby={`own-${store_id}`}>
      <header>
        <h2 id={`own-${store_id}`} class="who">
          <StoreWho id={store_id} name={store.name} brand={brand} />
        </h2>
        <StateMark state={store.state} />
      </header>
      {store.planned_until !== null && (
        <p class="small">
          <PlannedTag until={store.planned_until} />
        </p>
      )}
      {incident !== undefined && (
        <p class="small">
          <Link href={`/incidents/${incident.incident_id}`}>Incident not acknowledged</Link>
        </p>
      )}
      <p class="small quiet">
        <LastCheck store={store} asOf={asOf} />
      </p>
      <dl>
        <div>
          <dt>Downtime today</dt>
          <dd data-stale={stale || undefined} data-kind={isDown(day) ? 'down' : undefined}>
            {shown(day, downtimeWords)}
          </dd>
        </div>
        <div>
          <dt>Open today</dt>
          <dd>{shown(hours, hoursWords)}</dd>
        </div>
      </dl>
      {Object.keys(labels).length > 0 && (
        <p class="labels">
          <Labels labels={labels} />
        </p>
      )}
    </article>
  );
}

function isDown({ data }: Load<TimelineTotals>): boolean {
  return data !== undefined && data.down_seconds > 0;
}

function shown<T>({ data, error }: Load<T>, words: (data: T) => string): string {
  if (data !== undefined) return words(data);
  return error === undefined ? '…' : reasonOf(error);
}

function LastCheck({ store, asOf }: Pick<Props, 'store' | 'asOf'>) {
  const { time_zone: zone, last_poll: poll, last_check: check, offline_since: since } = store;
  if (poll === null && check !== null) {
    return (
      <>
        Last known: <CheckWords words={checkWords(check)} at={check.at} zone={zone} now={asOf} />
      </>
    );
  }
  if (poll === null) return <>{noCheckWords(store)}</>;
  return (
    <>
      {since !== null && (
        <>
          Offline since{' '}
          <OutageStart at={since} earlier={store.began_earlier} sinceFirstPoll={store.since_first_poll} now={asOf} />
          {' · '}
        </>
      )}
      Last check: <CheckWords words={checkWords(poll)} at={poll.at} zone={zone} now={asOf} />
    </>
  );
}
