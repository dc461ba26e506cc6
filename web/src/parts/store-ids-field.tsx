import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { idsIn, idsText } from '../../../src/lib/id-list.ts';
import { call, reasonOf } from '../state/api.ts';
import { useLoad } from '../state/load.ts';
import { usePaused } from '../state/paused.ts';
import { useStoreNames } from '../state/store-names.ts';
import { TextArea } from './field.tsx';
import './store-ids-field.css';

/** Stores that a search shows, and chosen stores whose names are shown. */
const FOUND = 6;
const NAMED = 10;

interface Props {
  readonly label: string;
  /** IDs separated by lines, commas or spaces. */
  readonly value: Signal<string>;
  readonly required?: boolean;
  readonly hint: string;
}

/** Stores by their IDs, which can be typed and pasted, or added by searching for names; the names are shown below. */
export function StoreIdsField({ label, value, required = false, hint }: Props) {
  const ids = idsIn(value.value);
  return (
    <div class="store-ids">
      <FindStore chosen={ids} onFound={(id) => (value.value = idsText([...ids, id]))} />
      <TextArea label={label} value={value} required={required} hint={hint} />
      <ChosenNames ids={ids} />
    </div>
  );
}

interface FindProps {
  readonly chosen: readonly string[];
  readonly onFound: (id: string) => void;
}

function FindStore({ chosen, onFound }: FindProps) {
  const id = useId();
  const typed = useSignal('');
  const search = usePaused(typed.value);
  const { data, error } = useLoad(`find stores ${search.value}`, async (signal) => {
    if (search.value === '') return [];
    const query = { search: search.value, sort: 'name', limit: FOUND } as const;
    return (await call('GET /api/v1/stores', { query, signal })).items;
  });
  const found = data?.filter(({ store_id }) => !chosen.includes(store_id));
  const add = (store: string) => {
    onFound(store);
    typed.value = '';
    search.value = '';
  };
  return (
    <div class="field">
      <label for={id}>Add a store</label>
      <input
        id={id}
        type="search"
        autocomplete="off"
        placeholder="Name, city or ID"
        value={typed.value}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          // Enter would send the form.
          event.preventDefault();
          const [first] = found ?? [];
          if (first !== undefined && search.value === typed.value.trim()) add(first.store_id);
        }}
      />
      <div class="found-stores" aria-live="polite">
        {error !== undefined && <small class="wrong">{reasonOf(error)}</small>}
        {found?.map(({ store_id, name }) => (
          <button key={store_id} type="button" class="button" onClick={() => add(store_id)}>
            {name ?? <span class="code">{store_id}</span>}
            {name !== null && <span class="code quiet"> {store_id}</span>}
          </button>
        ))}
        {search.value !== '' && data?.length === 0 && <small>No store matches “{search.value}”</small>}
      </div>
    </div>
  );
}

function ChosenNames({ ids }: { readonly ids: readonly string[] }) {
  const names = useStoreNames(ids);
  const named = ids.flatMap((id) => names.get(id) ?? []);
  if (named.length === 0) return null;
  const more = ids.length - Math.min(named.length, NAMED);
  return (
    <p class="small quiet">
      {named.slice(0, NAMED).join(', ')}
      {more > 0 && ` and ${more} more`}
    </p>
  );
}
