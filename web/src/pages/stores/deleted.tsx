import type { DeletedStore } from '../../../api/schema.ts';
import { Failure } from '../../parts/failure.tsx';
import { call } from '../../state/api.ts';
import { changeStores } from '../../state/change-stores.ts';
import { usePages } from '../../state/pages.ts';
import { useSubmit } from '../../state/submit.ts';

interface Props {
  /** Changes when the list may have changed. */
  readonly again: number;
  /** Called with a confirmation. */
  readonly onRestored: (words: string) => void;
}

/** Deleted stores, to restore them. */
export function DeletedStores({ again, onRestored }: Props) {
  const { list, more } = usePages<DeletedStore>(
    'deleted stores',
    (cursor, signal) => call('GET /api/v1/deleted-stores', { query: { limit: 100, cursor }, signal }),
    again,
  );
  const { busy, error, run } = useSubmit();
  if (list.items.length === 0) return null;
  const restore = ({ store_id, name }: DeletedStore) =>
    run(async () => {
      await changeStores([{ store_id, deleted: false }]);
      onRestored(`Restored ${name ?? store_id}.`);
    });
  return (
    <section class="section" aria-labelledby="deleted">
      <header>
        <h2 id="deleted">Deleted stores</h2>
      </header>
      <Failure error={error} />
      <ul class="deleted">
        {list.items.map((store) => (
          <li key={store.store_id}>
            <span class="who">
              {store.name ?? <span class="code">{store.store_id}</span>}{' '}
              {store.labels.brand !== undefined && <span class="quiet">{store.labels.brand}</span>}{' '}
              {store.name !== null && <span class="code quiet">{store.store_id}</span>}
            </span>
            <button
              type="button"
              class="button"
              aria-disabled={busy}
              aria-label={`Restore ${store.name ?? store.store_id}`}
              onClick={() => restore(store)}
            >
              Restore
            </button>
          </li>
        ))}
      </ul>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          More deleted stores
        </button>
      )}
    </section>
  );
}
