import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import type { JudgementRecord } from '../storage/ports/judgements.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { KnownJudgement } from './known.ts';
import { SelectionIndex, selects } from './selection.ts';

/** The stores that a judgement includes, by the labels that they have now. */
export interface Reach {
  readonly stores: number;
  /** Their time zones; the default zone if there are no stores. */
  readonly zones: ReadonlySet<string>;
}

/** @param stores those to look at */
export function reachOf(
  record: JudgementRecord,
  stores: readonly StoreEntry[],
): Reach & { readonly entries: readonly StoreEntry[] } {
  const entries = stores.filter((store) => selects(record.stores, store));
  return { entries, stores: entries.length, zones: zonesOf(entries) };
}

/** The reach of all judgements, found in one pass over the stores and kept until either changes. */
export class ReachCache {
  readonly #kept = new WeakMap<
    readonly StoreEntry[],
    { readonly judgements: readonly KnownJudgement[]; readonly reaches: readonly Reach[] }
  >();

  /** One for each judgement, in their order. */
  of(judgements: readonly KnownJudgement[], stores: readonly StoreEntry[]): readonly Reach[] {
    const kept = this.#kept.get(stores);
    if (kept?.judgements === judgements) return kept.reaches;
    const reaches = reachesOf(judgements, stores);
    this.#kept.set(stores, { judgements, reaches });
    return reaches;
  }
}

function reachesOf(judgements: readonly KnownJudgement[], stores: readonly StoreEntry[]): readonly Reach[] {
  const index = new SelectionIndex(judgements.map(({ record }) => record.stores));
  const found = judgements.map(() => ({ stores: 0, zones: new Set<string>() }));
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
