import { yieldTurn } from '../lib/world/timers.ts';
import type { StoreEntry } from './directory.ts';

interface ValueCount {
  readonly value: string;
  readonly stores: number;
}

export interface LabelCount {
  /** As the first store spells it. */
  readonly key: string;
  readonly stores: number;
  /** The most common values. */
  readonly values: readonly ValueCount[];
  /** The number of values, also of those that are not listed. */
  readonly distinctValues: number;
}

/** The most labels, and the most values of one label, that are listed. */
export const MOST_LISTED = 200;

/** Stores processed before other work gets its turn. */
const STORES_PER_TURN = 50_000;

interface Found {
  readonly key: string;
  stores: number;
  readonly values: Map<string, number>;
}

/** The labels of stores, the most common first, as are the values of each. Keys that differ only in case are one label. */
export async function countLabels(stores: readonly StoreEntry[]): Promise<LabelCount[]> {
  const labels = new Map<string, Found>();
  for (let i = 0; i < stores.length; i++) {
    if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
    for (const [key, value] of Object.entries(stores[i]?.labels ?? {})) {
      const found = labels.get(key.toLowerCase()) ?? { key, stores: 0, values: new Map<string, number>() };
      labels.set(key.toLowerCase(), found);
      found.stores++;
      found.values.set(value, (found.values.get(value) ?? 0) + 1);
    }
  }
  return [...labels.values()]
    .sort((a, b) => b.stores - a.stores || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_LISTED)
    .map(({ key, stores: all, values }) => ({
      ...{ key, stores: all, distinctValues: values.size },
      values: [...values]
        .map(([value, count]) => ({ value, stores: count }))
        .sort((a, b) => b.stores - a.stores || (a.value < b.value ? -1 : 1))
        .slice(0, MOST_LISTED),
    }));
}
