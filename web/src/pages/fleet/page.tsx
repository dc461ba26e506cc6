import type { FleetHistory, FleetStatus } from '../../../api/schema.ts';
import { later } from '../../parts/later.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { NoStores } from '../../parts/no-stores.tsx';
import { Trouble } from '../../parts/notices.tsx';
import { homeName } from '../../parts/places.ts';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { type Load, useLoad } from '../../state/load.ts';
import { asOf } from '../../state/place.ts';
import { Attention } from './attention.tsx';
import { TroubleBanner } from './coverage-gaps.tsx';
import { fetchHistory } from './history.ts';
import { FleetNow } from './now.tsx';
import { noDataFor, PollerBanner } from './poller-banner.tsx';
import { StoreList } from './store-list.tsx';
import { UptimeFigures } from './uptime-figures.tsx';
import './fleet.css';

const FleetHours = later('the charts', () => import('./hours.tsx'));

/** The fleet: what is offline now, uptime over time, and all stores. */
export function FleetPage() {
  const as_of = asOf.value === '' ? undefined : asOf.value;
  const fleet = useLoad(
    `fleet ${asOf.value}`,
    (signal) => call('GET /api/v1/fleet', { query: { as_of }, signal }),
    round.value,
  );
  const history = useLoad(`history ${asOf.value}`, (signal) => fetchHistory(as_of, signal), round.value);
  return (
    <>
      <h1 class="unseen">{homeName()}</h1>
      <Loaded of={fleet} what="the fleet">
        {(data) => (data.stores === 0 ? <NoStores /> : <Fleet fleet={fleet} data={data} history={history} />)}
      </Loaded>
    </>
  );
}

interface FleetProps {
  readonly fleet: Load<FleetStatus>;
  readonly data: FleetStatus;
  readonly history: Load<FleetHistory>;
}

function Fleet({ fleet, data, history }: FleetProps) {
  const staleFor = noDataFor(data);
  return (
    <>
      {fleet.error !== undefined && <Trouble error={fleet.error} retry={fleet.reload} />}
      <PollerBanner fleet={data} />
      {data.warnings.map((warning) => (
        <p key={warning} class="banner" data-kind="warning">
          {warning}
        </p>
      ))}
      <TroubleBanner gaps={history.data?.gaps ?? []} />
      <div class="fleet-top">
        <FleetNow fleet={data} staleFor={staleFor} />
        <UptimeFigures uptime={data.uptime} staleFor={staleFor} />
      </div>
      <div class="fleet-middle">
        <Attention fleet={data} staleFor={staleFor} />
        <FleetHours loaded={history} poller={data.poller} />
      </div>
      <StoreList
        asOf={asOf.value === '' ? undefined : data.as_of}
        states={data.states}
        reasons={data.offline_reasons}
        stores={data.stores}
      />
    </>
  );
}
