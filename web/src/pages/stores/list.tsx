import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Store } from '../../../api/schema.ts';
import { useMedia } from '../../lib/media.ts';
import { withRange } from '../../lib/selection.ts';
import { Labels } from '../../parts/labels.tsx';
import { Link } from '../../parts/link.tsx';
import { LongList } from '../../parts/long-list.tsx';
import { StoreWho } from '../../parts/store-name.tsx';

interface Props {
  readonly stores: readonly Store[];
  readonly total: number;
  /** The ids of the chosen stores; `undefined`: the user may not change stores. */
  readonly chosen: Signal<ReadonlySet<string>> | undefined;
  readonly onNearEnd: () => void;
}

/** All stores with what can be changed about them; only visible rows are rendered. */
export function ManagedStores({ stores, total, chosen, onNearEnd }: Props) {
  const narrow = useMedia('(max-width: 46rem)');
  const last = useRef<string>(undefined);
  const choose = (id: string, isChosen: boolean, isRange: boolean) => {
    if (chosen === undefined) return;
    const ids = stores.map(({ store_id }) => store_id);
    chosen.value = withRange(chosen.value, ids, { from: isRange ? last.current : undefined, to: id, isChosen });
    last.current = id;
  };
  return (
    <div class="managed" role="table" aria-label="Stores" aria-rowcount={total + 1}>
      <div role="rowgroup" class="managed-head">
        <div role="row" aria-rowindex={1} class="managed-row">
          <span role="columnheader">
            <span class="unseen">Selected</span>
          </span>
          <span role="columnheader">Store</span>
          <span role="columnheader">Time zone</span>
          <span role="columnheader">Labels</span>
          <span role="columnheader">Probe URL</span>
        </div>
      </div>
      <LongList
        items={stores}
        keyOf={({ store_id }) => store_id}
        rowHeight={narrow ? 5.25 : 2.75}
        onNearEnd={onNearEnd}
        row={({ labels: { brand, ...labels }, ...store }) => (
          <div class="managed-row" role="presentation">
            <span role="cell">
              {chosen !== undefined && (
                <input
                  type="checkbox"
                  aria-label={`Select ${store.name ?? store.store_id}`}
                  checked={chosen.value.has(store.store_id)}
                  // Shift would select the text between the rows.
                  onMouseDown={(event) => event.shiftKey && event.preventDefault()}
                  // The space bar clicks, too. Unlike a change, a click tells whether Shift is pressed.
                  onClick={({ currentTarget, shiftKey }) => choose(store.store_id, currentTarget.checked, shiftKey)}
                />
              )}
            </span>
            <span role="cell" class="who">
              <StoreWho id={store.store_id} name={store.name} brand={brand} />
              {chosen !== undefined && (
                <Link
                  class="small"
                  href={`/stores/${encodeURIComponent(store.store_id)}?tab=settings`}
                  aria-label={`Edit ${store.name ?? store.store_id}`}
                >
                  Edit
                </Link>
              )}
            </span>
            <span role="cell" class="quiet cut">
              {store.zone_known ? store.time_zone : 'unknown'}
              {store.zone_is_default && ' (assumed)'}
            </span>
            <span role="cell" class="labels quiet cut">
              <Labels labels={labels} />
            </span>
            <span role="cell" class="quiet cut">
              {store.probe_url ?? ''}
            </span>
          </div>
        )}
      />
    </div>
  );
}
