import { addTo } from '../lib/lists.ts';
import type { StoreSelection } from '../storage/ports/adjustments.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { hasLabels } from '../stores/labels.ts';

type Selected = Pick<StoreEntry, 'id' | 'labels'>;

/** Whether a selection includes a store, by the labels that it has now. */
export function selects(selection: StoreSelection, { id, labels }: Selected): boolean {
  if ('storeIds' in selection) return selection.storeIds.includes(id);
  return hasLabels({ labels }, Object.entries(selection.labels));
}

/** Finds the selections that include a store without trying each: by its id, and by its labels. */
export class SelectionIndex {
  readonly #selections: readonly StoreSelection[];
  readonly #byId = new Map<string, number[]>();
  /** By the first label of a selection; an empty key: those of all stores. */
  readonly #byLabel = new Map<string, number[]>();

  constructor(selections: readonly StoreSelection[]) {
    this.#selections = selections;
    for (const [i, selection] of selections.entries()) {
      if ('storeIds' in selection) for (const id of new Set(selection.storeIds)) addTo(this.#byId, id, i);
      else addTo(this.#byLabel, firstLabel(selection.labels), i);
    }
  }

  /** The indices of the selections that include a store, ascending. */
  of(store: Selected): readonly number[] {
    const named = this.#byId.get(store.id);
    if (this.#byLabel.size === 0) return named ?? NONE;
    const found = [...(named ?? NONE), ...(this.#byLabel.get('') ?? NONE)];
    for (const [key, value] of Object.entries(store.labels)) {
      for (const i of this.#byLabel.get(labelKey(key, value)) ?? NONE) {
        if (selects(this.#selections[i] as StoreSelection, store)) found.push(i);
      }
    }
    return found.length > 1 ? found.sort((a, b) => a - b) : found;
  }
}

const NONE: readonly number[] = [];

function firstLabel(labels: Readonly<Record<string, string>>): string {
  const [first] = Object.entries(labels);
  return first === undefined ? '' : labelKey(...first);
}

/** No key has a colon, and keys that differ only in case are the same label. */
function labelKey(key: string, value: string): string {
  return `${key.toLowerCase()}:${value}`;
}
