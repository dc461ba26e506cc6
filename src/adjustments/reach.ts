import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import type { AdjustmentRecord } from '../storage/ports/adjustments.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { KnownAdjustment } from './known.ts';
import { SelectionIndex, selects } from './selection.ts';

/** The stores that an adjustment includes, by the labels that they have now. */
export interface Reach {
  readonly stores: number;
  /** Their time zones; the default zone if there are no stores. */
  readonly zones: ReadonlySet<string>;
}

/** @param stores those to look at */
export function reachOf(
  record: AdjustmentRecord,
  stores: readonly StoreEntry[],
): Reach & { readonly entries: readonly StoreEntry[] } {
  const entries = stores.filter((store) => selects(record.stores, store));
  return { entries, stores: entries.length, zones: zonesOf(entries) };
}

/** The reach of all adjustments, found in one pass over the stores and kept until either changes. */
export class ReachCache {
  readonly #kept = new WeakMap<
    readonly StoreEntry[],
    { readonly adjustments: readonly KnownAdjustment[]; readonly reaches: readonly Reach[] }
  >();

  /** One for each adjustment, in their order. */
  of(adjustments: readonly KnownAdjustment[], stores: readonly StoreEntry[]): readonly Reach[] {
    const kept = this.#kept.get(stores);
    if (kept?.adjustments === adjustments) return kept.reaches;
    const reaches = reachesOf(adjustments, stores);
    this.#kept.set(stores, { adjustments, reaches });
    return reaches;
  }
}

function reachesOf(adjustments: readonly KnownAdjustment[], stores: readonly StoreEntry[]): readonly Reach[] {
  const index = new SelectionIndex(adjustments.map(({ record }) => record.stores));
  const found = adjustments.map(() => ({ stores: 0, zones: new Set<string>() }));
  for (const store of stores) {
    for (const i of index.of(store)) {
      const reach = found[i] as (typeof found)[number];
      reach.stores++;
      reach.zones.add(store.zone ?? DEFAULT_ZONE);
    }
  }
  return found.map(({ stores, zones }) => ({ stores, zones: zones.size === 0 ? NO_STORE : zones }));
}

const NO_STORE: ReadonlySet<string> = new Set([DEFAULT_ZONE]);

function zonesOf(stores: readonly StoreEntry[]): ReadonlySet<string> {
  return stores.length === 0 ? NO_STORE : new Set(stores.map(({ zone = DEFAULT_ZONE }) => zone));
}
