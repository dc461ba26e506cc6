import type { FleetStatus, Incident } from '../../../api/schema.ts';
import { counted } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { homeName } from '../../parts/places.ts';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { asOf, at } from '../../state/place.ts';
import { bringZones } from '../../state/zones.ts';
import { NewIncidentList, type NewIncidents as NewIncidentsOf, useNewIncidents } from '../fleet/new-incidents.tsx';
import { FleetPage } from '../fleet/page.tsx';
import { noDataFor, noDataWords, PollerBanner } from '../fleet/poller-banner.tsx';
import { StoreCard } from './store-card.tsx';
import './own-stores.css';

/** With more stores, the figures and the list of the fleet say more than cards. */
const FEW = 12;

/** The start page of an owner: a card for each store, or the fleet if there are many. */
export default function OwnStoresPage() {
  const query = { as_of: asOf.value || undefined };
  const { data, error, reload } = useLoad(
    `own stores ${asOf.value}`,
    async (signal) => {
      const [fleet, stores] = await Promise.all([
        call('GET /api/v1/fleet', { query, signal }),
        call('GET /api/v1/stores', { query: { ...query, sort: 'state', limit: FEW }, signal }),
      ]);
      await bringZones(stores.items.map(({ time_zone }) => time_zone));
      return { fleet, stores };
    },
    round.value,
  );
  const incidents = useNewIncidents();
  const few = data !== undefined && data.stores.total > 0 && data.stores.total <= FEW;
  if (data === undefined) {
    return error === undefined ? <Loading what="your stores" /> : <Trouble error={error} retry={reload} />;
  }
  if (!few) return <FleetPage />;
  const { fleet, stores } = data;
  const staleFor = noDataFor(fleet);
  const ids = new Set(stores.items.map(({ store_id }) => store_id));
  const isOnCard = ({ store_id: id }: Incident) => id !== null && ids.has(id);
  const incidentOf = (id: string) => incidents.items.find(({ store_id }) => store_id === id);
  return (
    <>
      {error !== undefined && <Trouble error={error} retry={reload} />}
      <PollerBanner fleet={fleet} />
      <header class="head">
        <div>
          <h1>{homeName()}</h1>
          <p class="quiet" role="status">
            {staleFor === undefined ? summary(fleet) : noDataWords(staleFor)}
          </p>
        </div>
        <Link class="button" href={at('/?view=fleet')}>
          Charts and list
        </Link>
      </header>
      <NewIncidents incidents={{ ...incidents, items: incidents.items.filter((one) => !isOnCard(one)) }} />
      <ul class="own-stores">
        {stores.items.map((store) => (
          <li key={store.store_id}>
            <StoreCard
              store={store}
              incident={incidentOf(store.store_id)}
              asOf={Date.parse(stores.as_of)}
              stale={staleFor !== undefined}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Those that concern no store of a card. */
function NewIncidents({ incidents }: { readonly incidents: NewIncidentsOf }) {
  if (incidents.items.length === 0) return null;
  return (
    <section class="attention" aria-label="New incidents">
      <NewIncidentList incidents={incidents} />
    </section>
  );
}

/** `1 store offline · 2 online · 1 closed`; what there is none of is left out, except offline stores. */
function summary({
  states: { offline, unknown, online, closed },
  offline_planned: planned,
}: Pick<FleetStatus, 'states' | 'offline_planned'>) {
  return [
    `${counted(offline, 'store')} offline${planned > 0 ? ` (${planned} in planned downtime)` : ''}`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(online > 0 ? [`${online} online`] : []),
    ...(closed > 0 ? [`${closed} closed`] : []),
  ].join(' · ');
}
