import { later } from '../../parts/later.tsx';
import { Link } from '../../parts/link.tsx';
import { Empty, Loading, Trouble } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { asOf } from '../../state/place.ts';
import { may } from '../../state/session.ts';
import { Attention } from './attention.tsx';
import { TroubleBanner } from './coverage-gaps.tsx';
import { FleetNow } from './now.tsx';
import { PollerBanner } from './poller-banner.tsx';
import { StoreList } from './store-list.tsx';
import { UptimeFigures } from './uptime-figures.tsx';

const FleetHours = later(() => import('./hours.tsx'));

/** How all stores are: what is offline first, and big. */
export function FleetPage() {
  const query = { as_of: asOf.value === '' ? undefined : asOf.value };
  const fleet = useLoad(`fleet ${asOf.value}`, (signal) => call('GET /api/v1/fleet', { query, signal }), round.value);
  const history = useLoad(
    `history ${asOf.value}`,
    (signal) => call('GET /api/v1/fleet/history', { query, signal }),
    round.value,
  );
  const { data } = fleet;

  if (data === undefined) {
    return (
      <>
        <h1 class="unseen">Fleet</h1>
        {fleet.error === undefined ? (
          <Loading what="the fleet" />
        ) : (
          <Trouble error={fleet.error} retry={fleet.reload} />
        )}
      </>
    );
  }
  if (data.stores === 0) return <NoStores />;
  return (
    <>
      <h1 class="unseen">Fleet</h1>
      {fleet.error !== undefined && <Trouble error={fleet.error} retry={fleet.reload} />}
      <PollerBanner fleet={data} />
      {data.warnings.map((warning) => (
        <p key={warning} class="banner" data-kind="warning">
          {warning}
        </p>
      ))}
      <TroubleBanner gaps={history.data?.gaps ?? []} />
      <div class="fleet-top">
        <FleetNow fleet={data} />
        <UptimeFigures uptime={data.uptime} />
      </div>
      <div class="fleet-middle">
        <FleetHours history={history.data} error={history.error} poller={data.poller} />
        <Attention fleet={data} />
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

function NoStores() {
  return (
    <>
      <h1 class="unseen">Fleet</h1>
      {may('imports:write') ? (
        <Empty title="No stores yet">
          <p>
            Restaurant Monitor needs three files: the polls, the business hours and the time zones of your stores. Drop
            them on the imports page, and the fleet is here a moment later.
          </p>
          <Link class="button main" href="/imports">
            Import the files
          </Link>
        </Empty>
      ) : (
        <Empty title="No stores are assigned to you">
          <p>As soon as an admin assigns some, they are here.</p>
        </Empty>
      )}
    </>
  );
}
