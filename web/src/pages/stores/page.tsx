import { useSignal } from '@preact/signals';
import type { Store } from '../../../api/schema.ts';
import { count, counted } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { Empty, Trouble } from '../../parts/notices.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { call, urlOf } from '../../state/api.ts';
import { chosenLabels } from '../../state/labels.ts';
import { usePages } from '../../state/pages.ts';
import { at, param } from '../../state/place.ts';
import { canManageStores } from '../../state/session.ts';
import { DeletedStores } from './deleted.tsx';
import { ManagedStores } from './list.tsx';
import { NewStore } from './new-store.tsx';
import { PasteTable } from './paste-table.tsx';
import { SelectionTools } from './selection-tools.tsx';
import './stores.css';

const PAGE = 200;
/** The most that a page of the API holds. */
const ALL = 500;

/** The list of stores, to change one or many of them. */
export default function StoresPage() {
  const manages = canManageStores();
  const filter = { search: param('search') || undefined, label: chosenLabels() };
  const { list, more, reload } = usePages<Store>(`managed ${JSON.stringify(filter)}`, (cursor, signal) =>
    call('GET /api/v1/stores', { query: { ...filter, sort: 'name', limit: PAGE, cursor }, signal }),
  );
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const open = useSignal<'new' | 'paste' | undefined>(undefined);
  const done = useSignal<string | undefined>(undefined);
  const changes = useSignal(0);

  const changed = (words: string) => {
    done.value = words;
    open.value = undefined;
    changes.value++;
    reload();
  };
  const close = (words: string | undefined) => {
    open.value = undefined;
    if (words !== undefined) changed(words);
  };
  const chooseAll = async () => {
    chosen.value = new Set(await matchingIds(filter));
  };
  const total = list.total ?? 0;
  return (
    <>
      <header class="head">
        <div>
          <h1>Stores</h1>
          <p class="quiet" role="status">
            {list.total === undefined ? 'Loading…' : counted(total, 'store')}
          </p>
        </div>
        <div class="row">
          {manages && (
            <>
              <button type="button" class="button main" onClick={() => (open.value = 'new')}>
                New store
              </button>
              <button type="button" class="button" onClick={() => (open.value = 'paste')}>
                Paste a table
              </button>
            </>
          )}
          <Link class="button" href={at('/downtime')}>
            Planned downtime
          </Link>
          <a class="button" href={urlOf('GET /api/v1/store-export', { query: filter })} download>
            Export CSV
          </a>
          <a class="button" href={urlOf('GET /api/v1/store-export', { query: { ...filter, format: 'xlsx' } })} download>
            Export Excel
          </a>
        </div>
      </header>
      {done.value !== undefined && (
        <p class="banner" role="status">
          {done.value}
        </p>
      )}
      {open.value === 'new' && <NewStore onDone={close} />}
      {open.value === 'paste' && <PasteTable onDone={close} />}
      <search class="list-controls">
        <SearchField label="Search stores" placeholder="Name, ID or label" />
      </search>
      {manages && (
        <SelectionTools
          chosen={chosen.value}
          total={total}
          onAll={chooseAll}
          onNone={() => (chosen.value = new Set())}
          onDone={(words) => {
            chosen.value = new Set();
            changed(words);
          }}
        />
      )}
      {list.error !== undefined && <Trouble error={list.error} retry={reload} />}
      {list.total === 0 ? (
        <Empty title={filter.search === undefined && filter.label.length === 0 ? 'No stores yet' : 'No store matches'}>
          {manages && <p>Create a store, paste a table from a spreadsheet, or import a file of stores.</p>}
        </Empty>
      ) : (
        <ManagedStores stores={list.items} total={total} chosen={manages ? chosen : undefined} onNearEnd={more} />
      )}
      {list.next !== null && list.items.length > 0 && (
        <p class="small quiet more">
          Showing {count(list.items.length)} of {count(total)}. More load as you scroll.
        </p>
      )}
      {manages && <DeletedStores again={changes.value} onRestored={changed} />}
    </>
  );
}

/** The ids of all stores that match, also those that are not loaded. */
async function matchingIds(filter: { readonly search: string | undefined; readonly label: string[] }) {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await call('GET /api/v1/stores', { query: { ...filter, sort: 'name', limit: ALL, cursor } });
    ids.push(...page.items.map(({ store_id }) => store_id));
    if (page.next_cursor === null) return ids;
    cursor = page.next_cursor;
  }
}
