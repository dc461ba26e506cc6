import { useEffect } from 'preact/hooks';
import { HomeLink } from '../../parts/home-link.tsx';
import { Link } from '../../parts/link.tsx';
import { Empty, Loading, Trouble } from '../../parts/notices.tsx';
import { ApiError, call } from '../../state/api.ts';
import { useAsOf } from '../../state/as-of.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { at, hereWith, param, asOf as shown } from '../../state/place.ts';
import { canManageStores } from '../../state/session.ts';
import { bringZones } from '../../state/zones.ts';
import { ComparePart } from './compare.tsx';
import { StoreHead } from './head.tsx';
import { HoursPart } from './hours.tsx';
import { SettingsPart } from './settings.tsx';
import { WeekPart } from './week-part.tsx';
import './store.css';

const TABS = [
  { key: '', words: 'Timeline' },
  { key: 'compare', words: 'Compare' },
  { key: 'hours', words: 'Hours' },
] as const;

const SETTINGS = { key: 'settings', words: 'Settings' } as const;

/** One store: its state, how its figures are calculated, and its hours. */
export default function StorePage({ id }: { readonly id: string }) {
  const asOf = useAsOf();
  const path = { store_id: id };
  const given = shown.value === '' || asOf === undefined ? undefined : new Date(asOf).toISOString();
  const store = useLoad(
    `store ${id} ${given ?? ''} ${asOf === undefined}`,
    async (signal) => {
      const found = await call('GET /api/v1/stores/{store_id}', { path, query: { as_of: given }, signal });
      await bringZones([found.time_zone]);
      return found;
    },
    round.value,
  );
  const { data } = store;
  const name = data?.name ?? id;
  useEffect(() => {
    document.title = `${name} · Restaurant Monitor`;
  }, [name]);

  if (data === undefined || asOf === undefined) {
    if (store.error instanceof ApiError && store.error.status === 404) return <NoStore id={id} />;
    return store.error === undefined ? (
      <Loading what="the store" />
    ) : (
      <Trouble error={store.error} retry={store.reload} />
    );
  }
  const tabs = canManageStores() ? [...TABS, SETTINGS] : TABS;
  const tab = tabs.find(({ key }) => key === param('tab'))?.key ?? '';
  return (
    <>
      <StoreHead store={data} asOf={asOf} />
      <nav class="tabs" aria-label="Parts of the store's page">
        {tabs.map(({ key, words }) => (
          <Link key={key} href={hereWith({ tab: key })} aria-current={tab === key ? 'page' : undefined}>
            {words}
          </Link>
        ))}
        <Link href={at(`/incidents?store=${encodeURIComponent(data.store_id)}`)}>Incidents</Link>
        <Link href={at(`/downtime?store=${encodeURIComponent(data.store_id)}`)}>Planned downtime</Link>
      </nav>
      {store.error !== undefined && <Trouble error={store.error} retry={store.reload} />}
      {tab === '' && <WeekPart store={data} asOf={asOf} />}
      {tab === 'compare' && <ComparePart store={data} asOf={asOf} />}
      {tab === 'hours' && <HoursPart store={data} />}
      {tab === 'settings' && <SettingsPart id={data.store_id} onSaved={store.reload} />}
    </>
  );
}

function NoStore({ id }: { readonly id: string }) {
  return (
    <Empty title="Store not found" whole>
      <p>
        There is no store <span class="code">{id}</span>, or you don't have access.
      </p>
      <HomeLink />
    </Empty>
  );
}
