import { idsText } from '../../../../src/lib/id-list.ts';
import type { Incident } from '../../../api/schema.ts';
import { counted } from '../../lib/format.ts';
import { AlertTabs } from '../../parts/alert-tabs.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { call } from '../../state/api.ts';
import { chosenLabels } from '../../state/labels.ts';
import { useLoad } from '../../state/load.ts';
import { param, setParams } from '../../state/place.ts';
import { isOwner } from '../../state/session.ts';
import { useStoreNames } from '../../state/store-names.ts';
import { IncidentList, type IncidentListProps } from './list.tsx';
import './incidents.css';

interface Filter {
  /** The value of `state` in the URL. */
  readonly key: string;
  readonly words: string;
  readonly lists: readonly Omit<IncidentListProps, 'also'>[];
}

const RESOLVED = { title: 'Resolved', query: { state: 'resolved' }, none: 'No resolved incidents' } as const;

/** All kinds but mass outages, which have a list above the others. */
const SINGLE: Incident['kind'][] = ['down', 'did_not_open', 'blind'];

const FILTERS: readonly [Filter, ...Filter[]] = [
  {
    key: '',
    words: 'All',
    lists: [
      { title: 'Mass outages', query: { state: 'open', kind: ['mass_outage'] } },
      { title: 'Open', query: { state: 'open', kind: SINGLE }, none: 'No open incidents' },
      RESOLVED,
    ],
  },
  {
    key: 'open',
    words: 'Open',
    lists: [
      { title: 'Mass outages, not acknowledged', query: { state: 'open', acknowledged: false, kind: ['mass_outage'] } },
      {
        title: 'Open, not acknowledged',
        query: { state: 'open', acknowledged: false, kind: SINGLE },
        none: 'Nothing needs an acknowledgment',
      },
    ],
  },
  {
    key: 'acknowledged',
    words: 'Acknowledged',
    lists: [
      {
        title: 'Open, acknowledged',
        query: { state: 'open', acknowledged: true },
        none: 'No acknowledged incidents',
      },
    ],
  },
  { key: 'resolved', words: 'Resolved', lists: [RESOLVED] },
];

/** The store that a link has chosen. */
function OnlyStore({ id }: { readonly id: string }) {
  const names = useStoreNames([id]);
  return (
    <p class="small">
      Only incidents of <StoreName id={id} name={names.get(id) ?? null} />{' '}
      <button type="button" class="button plain" onClick={() => setParams({ store: undefined })}>
        Show all stores
      </button>
    </p>
  );
}

/** Says how many stores the filter finds, so that no incidents of none are no good news. */
function MatchingStores({ search, labels }: { readonly search: string; readonly labels: readonly string[] }) {
  const query = { search: search || undefined, label: [...labels], limit: 1 };
  const { data } = useLoad(`matching stores ${JSON.stringify(query)}`, (signal) =>
    call('GET /api/v1/stores', { query, signal }),
  );
  if (data === undefined) return null;
  const { total } = data;
  return (
    <p class="small quiet" role="status">
      {total === 0
        ? 'No store matches the filter, so there are no incidents to show'
        : `${counted(total, 'store')} match${total === 1 ? 'es' : ''} the filter`}
    </p>
  );
}

/** Incidents, open ones first. The filters are in the URL. */
export default function IncidentsPage() {
  const chosen = FILTERS.find(({ key }) => key === param('state')) ?? FILTERS[0];
  const store = param('store');
  const search = param('search').trim();
  const labels = chosenLabels();
  const filtered = store !== '' || search !== '' || labels.length > 0;
  const also = {
    store_id: store === '' ? undefined : idsText([store]),
    search: search || undefined,
    label: labels,
    // An owner, and who looks for stores, gets these; all others see the stores of a mass outage below it.
    members: filtered || isOwner() ? undefined : false,
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Incidents</h1>
          <p class="quiet">Stores that an alert rule found down, and the response to each.</p>
        </div>
      </header>
      <AlertTabs />
      <div class="chips incident-filter" role="group" aria-label="Status">
        {FILTERS.map((filter) => (
          <button
            key={filter.key}
            type="button"
            class="chip"
            aria-pressed={filter === chosen}
            onClick={() => setParams({ state: filter.key })}
          >
            {filter.words}
          </button>
        ))}
      </div>
      <div class="row incident-filter">
        <SearchField label="Store" placeholder="Store name, city or ID" />
        <SearchField name="label" label="Label" placeholder="Label, such as city:Chicago" />
      </div>
      {store !== '' && <OnlyStore id={store} />}
      {(search !== '' || labels.length > 0) && <MatchingStores search={search} labels={labels} />}
      {chosen.lists.map((list) => (
        <IncidentList key={list.title} {...list} also={also} />
      ))}
    </>
  );
}
