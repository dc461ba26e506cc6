import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { idsText } from '../../../../src/lib/id-list.ts';
import type { Adjustment } from '../../../api/schema.ts';
import { Link } from '../../parts/link.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { hereWith, param, setParams } from '../../state/place.ts';
import { may } from '../../state/session.ts';
import { useStoreNames } from '../../state/store-names.ts';
import { DowntimeCard, LISTED } from './downtime-card.tsx';
import { NewDowntime } from './new-downtime.tsx';
import { PHASES } from './phases.ts';
import './downtime.css';

type State = Adjustment['state'];

/**
 * Planned downtime and corrections, newest first, and a form to plan more. In the URL, `store` is the store that it is about, and `plan`
 * opens the form for it, or for the stores with the label that it names.
 */
export default function DowntimePage() {
  const state = (Object.keys(PHASES) as State[]).find((one) => one === param('state'));
  const store = param('store');
  const { list, more, reload } = usePages<Adjustment>(`downtime ${state} ${store}`, (cursor, signal) =>
    call('GET /api/v1/adjustments', {
      query: { state, store_id: store === '' ? undefined : idsText([store]), limit: 50, cursor },
      signal,
    }),
  );
  const names = useStoreNames([
    ...(store === '' ? [] : [store]),
    ...list.items.flatMap(({ store_ids: ids }) => ids?.slice(0, LISTED) ?? []),
  ]);
  const plan = useSignal(param('plan'));
  const adding = useSignal(plan.value !== '' && may('stores:write'));
  // Opened once: after a reload, the form would be in the way.
  useEffect(() => setParams({ plan: undefined }), []);
  return (
    <>
      <header class="head">
        <div>
          <h1>Planned downtime</h1>
          <p class="quiet">Planned downtime, such as a renovation, and corrections of the figures.</p>
        </div>
        {may('stores:write') && !adding.value && (
          <button type="button" class="button main" onClick={() => (adding.value = true)}>
            Plan downtime
          </button>
        )}
      </header>
      {adding.value && (
        <NewDowntime
          ids={store === '' ? [] : [store]}
          label={plan.value.includes(':') ? plan.value : ''}
          onDone={(planned) => {
            adding.value = false;
            if (planned) reload();
          }}
        />
      )}
      <StateFilter state={state} />
      {store !== '' && (
        <p class="small">
          Only for the store {names.get(store) ?? <span class="code">{store}</span>}.{' '}
          <Link href={hereWith({ store: '' })}>Show all</Link>
        </p>
      )}
      <LoadedList
        of={list}
        reload={reload}
        what="planned downtime"
        empty={
          <Empty title={state === undefined ? 'No planned downtime' : 'No planned downtime with this status'}>
            <p>Downtime is planned for an interval, or recurs in the local time of each store.</p>
          </Empty>
        }
      >
        {(adjustments) => (
          <ol class="downtimes">
            {adjustments.map((adjustment) => (
              <li key={adjustment.adjustment_id}>
                <DowntimeCard adjustment={adjustment} names={names} onRevoked={reload} />
              </li>
            ))}
          </ol>
        )}
      </LoadedList>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          More
        </button>
      )}
    </>
  );
}

function StateFilter({ state }: { readonly state: State | undefined }) {
  const choices = [[undefined, 'All'] as const, ...(Object.entries(PHASES) as [State, string][])];
  return (
    <div class="chips phases" role="group" aria-label="State">
      {choices.map(([one, words]) => (
        <button
          key={words}
          type="button"
          class="chip"
          aria-pressed={state === one}
          onClick={() => setParams({ state: one })}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
