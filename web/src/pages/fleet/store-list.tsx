import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { FleetStatus, ListedStore } from '../../../api/schema.ts';
import { count, counted } from '../../lib/format.ts';
import { useMedia } from '../../lib/media.ts';
import { Link } from '../../parts/link.tsx';
import { LongList } from '../../parts/long-list.tsx';
import { Empty, Trouble } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { chosenLabels } from '../../state/labels.ts';
import { round } from '../../state/live.ts';
import { usePages } from '../../state/pages.ts';
import { hereWith, param, setParams } from '../../state/place.ts';
import { isReturn } from '../../state/visits.ts';
import { bringZones } from '../../state/zones.ts';
import { ListControls, sortFrom, statesFrom } from './list-controls.tsx';
import { OfflineReasons, reasonsFrom } from './offline-reasons.tsx';
import { StoreRow } from './store-row.tsx';

interface Props {
  readonly asOf: string | undefined;
  readonly states: FleetStatus['states'];
  readonly reasons: FleetStatus['offline_reasons'];
  readonly stores: number;
}

const PAGE = 200;

/** All stores: the server searches, filters and sorts; only visible rows are rendered. */
export function StoreList({ asOf, states, reasons, stores }: Props) {
  const section = useRef<HTMLElement>(null);
  const narrow = useMedia('(max-width: 46rem)');
  const filter = {
    search: param('search') || undefined,
    state: statesFrom(param('state')),
    reason: reasonsFrom(param('reason')),
    time_zone: param('zone') || undefined,
    label: chosenLabels(),
    sort: sortFrom(param('sort')),
    as_of: asOf,
  };
  const { list, more, reload } = usePages<ListedStore>(
    JSON.stringify(filter),
    async (cursor, signal) => {
      const page = await call('GET /api/v1/stores', { query: { ...filter, limit: PAGE, cursor }, signal });
      await bringZones(page.items.map(({ time_zone }) => time_zone));
      return page;
    },
    round.value,
  );

  // Choosing a count or a label above scrolls to the stores behind it, and so does opening a link with one.
  const chosen = [param('state'), ...filter.label].filter((part) => part !== '').join('\n');
  const was = useSignal(isReturn() ? chosen : '');
  useEffect(() => {
    if (was.value === chosen) return;
    was.value = chosen;
    const top = section.current?.getBoundingClientRect().top ?? 0;
    if (chosen !== '' && top > innerHeight * 0.6) section.current?.scrollIntoView({ behavior: 'smooth' });
  }, [chosen, was]);

  const total = list.total ?? 0;
  return (
    <section class="section stores" ref={section} aria-labelledby="stores">
      <header>
        <h2 id="stores">All stores</h2>
        <p class="small quiet" role="status">
          {list.total === undefined
            ? 'Loading…'
            : total === stores
              ? counted(total, 'store')
              : `${count(total)} of ${counted(stores, 'store')}`}
        </p>
      </header>
      <ListControls states={states} />
      <OfflineReasons reasons={reasons} />
      {list.error !== undefined && <Trouble error={list.error} retry={reload} />}
      {list.total === 0 ? (
        <Empty title="No store matches">
          <p>Search matches store IDs, names and labels.</p>
          <button
            type="button"
            class="button"
            onClick={() =>
              setParams({ search: undefined, state: undefined, reason: undefined, zone: undefined, label: [] })
            }
          >
            Show all stores
          </button>
        </Empty>
      ) : (
        <div class="store-table" role="table" aria-rowcount={total + 1} aria-labelledby="stores">
          <div role="rowgroup" class="store-head">
            <div role="row" aria-rowindex={1} class="store-row">
              <span role="columnheader">Status</span>
              <span role="columnheader">Store</span>
              <OutageHead />
              <span role="columnheader">Last check</span>
              <span role="columnheader">Local time</span>
              <span role="columnheader">Labels</span>
            </div>
          </div>
          <LongList
            items={list.items}
            keyOf={(store) => store.store_id}
            rowHeight={narrow ? 4.25 : 2.75}
            onNearEnd={more}
            row={(store) => <StoreRow store={store} asOf={asOf} />}
          />
          {list.next !== null && list.items.length > 0 && (
            <p class="small quiet more" role="presentation">
              Showing {count(list.items.length)} of {count(total)}. More load as you scroll.
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** The head of a column that sorts: the longest outages first, then the newest. */
function OutageHead() {
  const sort = sortFrom(param('sort'));
  const order = sort === 'offline_since' ? 'ascending' : sort === '-offline_since' ? 'descending' : 'none';
  return (
    <span role="columnheader" aria-sort={order}>
      <Link
        class="sorts"
        href={hereWith({ sort: sort === 'offline_since' ? '-offline_since' : 'offline_since' })}
        title={sort === 'offline_since' ? 'Newest outages first' : 'Longest outages first'}
      >
        Offline since {{ ascending: '↑', descending: '↓', none: '' }[order]}
      </Link>
    </span>
  );
}
