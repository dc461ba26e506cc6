import type { Incident } from '../../../api/schema.ts';
import { AlertTabs } from '../../parts/alert-tabs.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { chosenLabels } from '../../state/labels.ts';
import { param, setParams } from '../../state/place.ts';
import { isOwner } from '../../state/session.ts';
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
        none: 'Nothing needs an acknowledgement',
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

/** Incidents, open ones first. The filters are in the URL. */
export default function IncidentsPage() {
  const chosen = FILTERS.find(({ key }) => key === param('state')) ?? FILTERS[0];
  const store = param('store').trim();
  const labels = chosenLabels();
  const filtered = store !== '' || labels.length > 0;
  const also = {
    store_id: store || undefined,
    label: labels,
    // An owner, and who looks for stores, gets these; all others see the stores of a mass outage below it.
    members: filtered || isOwner() ? undefined : false,
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Incidents</h1>
          <p class="quiet">Stores that an alert rule finds down, with what was done about them.</p>
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
        <SearchField name="store" label="Store ID" placeholder="Store ID" />
        <SearchField name="label" label="Label" placeholder="Label, such as city:Chicago" />
      </div>
      {chosen.lists.map((list) => (
        <IncidentList key={list.title} {...list} also={also} />
      ))}
    </>
  );
}
