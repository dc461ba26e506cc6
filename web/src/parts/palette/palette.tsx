import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ListedStore } from '../../../api/schema.ts';
import { counted } from '../../lib/format.ts';
import { call, reasonOf } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { usePaused } from '../../state/paused.ts';
import { asOf } from '../../state/place.ts';
import { isCommandKey } from '../../state/shortcuts.ts';
import { Icon } from '../icons.tsx';
import { OverlayDialog } from '../overlay.tsx';
import { StateShape } from '../state-mark.tsx';
import { type Choice, choicesFor } from './choices.ts';
import './palette.css';

const STORES = 8;

/** A search over pages, actions and stores; the arrow keys and Enter choose one. */
export default function Palette() {
  return (
    <OverlayDialog kind="palette" labelledBy="palette-title">
      {(close) => <Search close={close} />}
    </OverlayDialog>
  );
}

function Search({ close }: { readonly close: () => void }) {
  const typed = useSignal('');
  const active = useSignal(0);
  const { stores, total, error } = useStores(typed.value);
  const groups = choicesFor(typed.value, stores, total);
  const all = groups.flatMap(({ choices }) => choices);
  const at = Math.min(active.value, all.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    // Closing brings the focus back; a page that opens then takes it.
    close();
    choice.choose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    if (step !== 0) active.value = (at + step + all.length) % Math.max(1, all.length);
    else if (event.key === 'Enter' && !event.isComposing) choose(all[at]);
    else if (isCommandKey(event)) close();
    else return;
    event.preventDefault();
  };

  let next = 0;
  return (
    <>
      <h2 id="palette-title" class="unseen">
        Search and commands
      </h2>
      <div class="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search stores, pages and actions"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={all.length === 0 ? undefined : `choice-${at}`}
          aria-autocomplete="list"
          autocomplete="off"
          spellcheck={false}
          placeholder="Store, page or action"
          value={typed.value}
          onInput={({ currentTarget: { value } }) => {
            typed.value = value;
            active.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" class="button plain square" aria-label="Close" onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      <div class="palette-list" id="palette-list" role="listbox" aria-label="Results" ref={list} tabIndex={-1}>
        {groups.map(({ name, choices }) => (
          <div key={name} role="group" aria-label={name}>
            <p class="legend" aria-hidden="true">
              {name}
            </p>
            {choices.map((choice) => {
              const index = next++;
              return (
                <Option
                  key={`${choice.name} ${choice.detail}`}
                  choice={choice}
                  index={index}
                  selected={index === at}
                  onPoint={() => (active.value = index)}
                  onChoose={() => choose(choice)}
                />
              );
            })}
          </div>
        ))}
      </div>
      <p class="small quiet palette-note" role="status">
        {error === undefined ? (
          all.length === 0 ? (
            'Nothing found'
          ) : (
            <span class="unseen">{counted(all.length, 'result')}</span>
          )
        ) : (
          `Stores cannot be searched: ${reasonOf(error)}`
        )}
      </p>
    </>
  );
}

interface OptionProps {
  readonly choice: Choice;
  readonly index: number;
  readonly selected: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Option({ choice: { name, icon, detail, state }, index, selected, onPoint, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and handles the keys
    <div
      id={`choice-${index}`}
      class="choice"
      role="option"
      aria-selected={selected}
      tabIndex={-1}
      onPointerMove={onPoint}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {state === undefined ? (
        <Icon name={icon} />
      ) : (
        <span class="state" data-state={state}>
          <StateShape state={state} />
          <span class="unseen">{state}</span>
        </span>
      )}
      <span class="choice-name">{name}</span>
      {detail && <span class="choice-detail small quiet">{detail}</span>}
    </div>
  );
}

/** The stores that the server finds, once typing pauses. */
function useStores(typed: string) {
  const search = usePaused(typed);
  const query = { search: search.value, sort: 'name', limit: STORES, as_of: asOf.value || undefined } as const;
  const { list } = usePages<ListedStore>(JSON.stringify(query), async (_cursor, signal) =>
    query.search === '' ? { items: [], next_cursor: null, total: 0 } : call('GET /api/v1/stores', { query, signal }),
  );
  return { stores: list.items, total: list.total ?? 0, error: list.error };
}
