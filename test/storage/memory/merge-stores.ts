import { invalid } from '../../../src/lib/errors.ts';
import { labelsText, MAX_LABELS } from '../../../src/lib/store-fields.ts';
import type { Store } from './data.ts';

/** What a row of the stores feed says; `null`: nothing. */
export interface Description {
  readonly name: string | null;
  readonly zone: string | null;
  readonly probeUrl: string | null;
  readonly labels: readonly (readonly [key: string, value: string])[];
}

/** The last text of each column, and the last value of each label. */
export function lastDescription(rows: readonly Description[]): Description {
  const last = (column: 'name' | 'zone' | 'probeUrl') => rows.findLast((row) => row[column] !== null)?.[column] ?? null;
  return {
    ...{ name: last('name'), zone: last('zone'), probeUrl: last('probeUrl') },
    labels: [...new Map(rows.flatMap(({ labels }) => labels))],
  };
}

/**
 * The changes of a store, one for each that raises its version: what is null stays as it is, and labels replace those with
 * the same key.
 *
 * @throws UserError `invalid_input` when the store would have too many labels
 */
export function descriptionChanges(store: Store, description: Description): Partial<Store>[] {
  const changes: Partial<Store>[] = [];
  const [name, probeUrl] = [description.name ?? store.name, description.probeUrl ?? store.probeUrl];
  if (name !== store.name || probeUrl !== store.probeUrl) changes.push({ name, probeUrl });
  const labels = new Map([
    ...Object.entries(JSON.parse(store.labels) as Record<string, string>),
    ...description.labels,
  ]);
  if (labels.size > MAX_LABELS) {
    throw invalid(`the store "${store.id}" would have ${labels.size} labels; a store has at most ${MAX_LABELS}`);
  }
  const text = labelsText(labels);
  if (text !== store.labels) changes.push({ labels: text });
  return changes;
}
