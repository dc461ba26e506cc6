import { useEffect, useRef } from 'preact/hooks';
import type { FleetStatus } from '../../../api/schema.ts';
import { count } from '../../lib/format.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { STATE_WORDS, STATES, type State, StateShape } from '../../parts/state-mark.tsx';
import { call } from '../../state/api.ts';
import { chosenLabels } from '../../state/labels.ts';
import { useLoad } from '../../state/load.ts';
import { param, params, setParams, url } from '../../state/place.ts';
import { isSingleKey } from '../../state/shortcuts.ts';

/** The name of a time zone that could not be read, in CLDR. */
const UNKNOWN_ZONE = 'Etc/Unknown';

const SORTS = [
  { value: 'state', words: 'Status (offline first)' },
  { value: 'offline_since', words: 'Offline longest first' },
  { value: '-offline_since', words: 'Newly offline first' },
  { value: 'name', words: 'Name' },
  { value: 'id', words: 'ID' },
  { value: '-last_poll', words: 'Last check (latest first)' },
] as const;
type Sort = (typeof SORTS)[number]['value'];

export function sortFrom(text: string): Sort {
  return SORTS.find(({ value }) => value === text)?.value ?? 'state';
}

export function statesFrom(text: string): State[] | undefined {
  const states = STATES.filter((state) => text.toLowerCase().split(',').includes(state));
  return states.length === 0 ? undefined : states;
}

/** Whether no search or filter but those by state and reason limits the list: counts of the fleet are those of the list. */
export function listsWholeFleet(): boolean {
  return param('search') === '' && param('zone') === '' && chosenLabels().length === 0;
}

/** Search, filters and sort order of the list, kept in the URL. `/` focuses the search. */
export function ListControls({ states }: { readonly states: FleetStatus['states'] }) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = statesFrom(param('state')) ?? [];
  const labels = chosenLabels();
  const whole = listsWholeFleet();

  useEffect(() => {
    const toSearch = (event: KeyboardEvent) => {
      if (event.key !== '/' || !isSingleKey(event)) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', toSearch);
    return () => removeEventListener('keydown', toSearch);
  }, []);

  const toggle = (state: State) => {
    const next = chosen.includes(state) ? chosen.filter((one) => one !== state) : [...chosen, state];
    // Only offline stores have a reason.
    const reasons = next.length > 0 && !next.includes('offline') ? { reason: undefined } : {};
    setParams({ state: next.join(','), ...reasons });
  };

  return (
    <search class="list-controls">
      <SearchField label="Search stores" placeholder="Name, ID or label" inputRef={input}>
        <kbd class="wide-only">/</kbd>
      </SearchField>
      <fieldset class="chips">
        <legend class="unseen">Only these states</legend>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            class="chip"
            aria-pressed={chosen.includes(state)}
            title={STATE_WORDS[state].meaning}
            onClick={() => toggle(state)}
          >
            <span class="state" data-state={state}>
              <StateShape state={state} />
            </span>
            {STATE_WORDS[state].word} {whole && count(states[state])}
          </button>
        ))}
      </fieldset>
      {labels.length > 0 && (
        <fieldset class="chips">
          <legend class="unseen">Only stores with these labels</legend>
          {labels.map((label) => (
            <button
              key={label}
              type="button"
              class="chip"
              aria-pressed={true}
              title="Remove this filter"
              onClick={() => setParams({ label: labels.filter((one) => one !== label) })}
            >
              {label.replace(':', ': ')} <span aria-hidden="true">×</span>
            </button>
          ))}
        </fieldset>
      )}
      <Ignored />
      <ZoneSelect />
      <label class="select">
        <span class="unseen">Sort by</span>
        <select
          value={sortFrom(param('sort'))}
          onChange={({ currentTarget }) => setParams({ sort: currentTarget.value })}
        >
          {SORTS.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

/** The parameters of the address of this page. */
const KNOWN = ['as_of', 'label', 'reason', 'search', 'sign_in', 'sort', 'state', 'view', 'zone'];

/** What the address asks for and the list cannot do, so that nobody takes it for the list that was asked for. */
function Ignored() {
  const states = param('state')
    .split(',')
    .filter((one) => one !== '');
  const unknown = [...url.value.searchParams].filter(([name]) => !KNOWN.includes(name));
  const isSort = param('sort') === '' || SORTS.some(({ value }) => value === param('sort'));
  const ignored = [
    ...unknown.map(([name, value]) => `${name}=${value}`),
    ...states.filter((one) => statesFrom(one) === undefined).map((one) => `state=${one}`),
    ...params('label')
      .filter((one) => one !== '' && !chosenLabels().includes(one))
      .map((one) => `label=${one}`),
    ...(isSort ? [] : [`sort=${param('sort')}`]),
  ];
  if (ignored.length === 0) return null;
  const clear = () =>
    setParams({
      ...Object.fromEntries(unknown.map(([name]) => [name, undefined])),
      ...{
        state: statesFrom(param('state'))?.join(','),
        label: chosenLabels(),
        sort: isSort ? param('sort') : undefined,
      },
    });
  return (
    <p class="small">
      Not understood, and ignored: <span class="code">{ignored.join(' ')}</span>{' '}
      <button type="button" class="button plain" onClick={clear}>
        Remove
      </button>
    </p>
  );
}

/** The filter by time zone: the zones of the stores, with the number of stores in each. */
function ZoneSelect() {
  const chosen = param('zone');
  const { data } = useLoad('store zones', (signal) => call('GET /api/v1/store-zones', { signal }));
  const zones = data?.items ?? [];
  const listed = zones.some(({ time_zone }) => time_zone === chosen);
  return (
    <label class="select">
      <span class="unseen">Time zone</span>
      <select value={chosen} onChange={({ currentTarget }) => setParams({ zone: currentTarget.value })}>
        <option value="">All time zones</option>
        {chosen !== '' && !listed && <option value={chosen}>{chosen}</option>}
        {zones.map(({ time_zone: zone, stores }) => (
          <option key={zone} value={zone}>
            {zone === UNKNOWN_ZONE ? 'Unknown' : zone} ({count(stores)})
          </option>
        ))}
      </select>
    </label>
  );
}
