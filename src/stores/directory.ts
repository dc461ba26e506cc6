import { Refreshed } from '../lib/refreshed.ts';
import { noStore } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreRecord } from '../storage/ports/stores.ts';

export interface StoreEntry {
  /** The key in the storage; the API does not show it. */
  readonly key: number;
  readonly id: string;
  readonly name: string | undefined;
  /** An IANA name; `undefined`: the default zone; `Etc/Unknown`: the given zone is invalid. */
  readonly zone: string | undefined;
  /** If the given hours are invalid: until when the hours are unknown. */
  readonly hoursUnknownUntil?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly probeUrl: string | undefined;
  /** Rises with each change of the store, its hours or its special hours. */
  readonly version: number;
}

/** All stores at one instant. */
export interface Directory {
  /** Changes when a store changes. */
  readonly revision: number;
  /** Sorted by id, by UTF-16 code unit. */
  readonly entries: readonly StoreEntry[];
  readonly byId: ReadonlyMap<string, StoreEntry>;
  /** Deleted stores, in the same order. */
  readonly deleted: readonly StoreEntry[];
}

export interface StoreDirectoryParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** Milliseconds between two checks of the revision. */
const INTERVAL = 1_000;

/** Stores per read: about 15 ms, after which other work gets its turn. */
const BLOCK = 10_000;

/** All stores in memory, read again after a change. */
export class StoreDirectory {
  readonly #directory: Refreshed<Directory>;

  constructor({ storage, elapsed }: StoreDirectoryParts) {
    const read = (before: Directory | undefined) =>
      storage.snapshot(async (snapshot) => {
        const revision = await snapshot.storesRevision();
        return before?.revision === revision ? before : load(snapshot, revision);
      });
    this.#directory = new Refreshed(read, INTERVAL, elapsed);
  }

  /** The stores, at most a second old, with all changes that `changed` has reported. */
  current(): Promise<Directory> {
    return this.#directory.current();
  }

  /** Whether the store existed at the last read. */
  knows(id: string): boolean {
    return this.#directory.last?.byId.has(id) ?? false;
  }

  /** Reports a change, which all later calls of `current` will see. */
  changed(): void {
    this.#directory.changed();
  }
}

async function load(snapshot: Snapshot, revision: number): Promise<Directory> {
  const entries: StoreEntry[] = [];
  const byId = new Map<string, StoreEntry>();
  const deleted: StoreEntry[] = [];
  let after = '';
  for (;;) {
    const records = await snapshot.storeRecords(after, BLOCK);
    for (const record of records) {
      const entry = entryOf(record);
      if (record.deleted) {
        deleted.push(entry);
        continue;
      }
      entries.push(entry);
      byId.set(entry.id, entry);
    }
    const last = records.at(-1);
    if (last === undefined || records.length < BLOCK) break;
    after = last.id;
    await yieldTurn();
  }
  // They arrive sorted by bytes, which is nearly always the order by code unit.
  for (const list of [entries, deleted]) list.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { revision, entries, byId, deleted };
}

/**
 * The store with this id, or else with the trimmed id.
 *
 * @param stores the ids of the visible stores
 * @throws UserError `not_found`, `invalid_input` if the text cannot be an id
 */
export function storeNamed({ byId }: Directory, stores: 'all' | ReadonlySet<string>, text: string): StoreEntry {
  for (const id of [text, trimmed(text)]) {
    const store = stores === 'all' || stores.has(id) ? byId.get(id) : undefined;
    if (store !== undefined) return store;
  }
  throw noStore(text);
}

/** The entry of a stored record. */
export function entryOf(record: StoreRecord): StoreEntry {
  const { key, id, name, zone, hoursUnknownUntil, labels, probeUrl, version } = record;
  return {
    key,
    id,
    name: name ?? undefined,
    ...(hoursUnknownUntil !== null && { hoursUnknownUntil }),
    zone: zone ?? undefined,
    labels,
    probeUrl: probeUrl ?? undefined,
    version,
  };
}

/** The visible stores, sorted by id. */
export function visibleEntries(directory: Directory, stores: 'all' | ReadonlySet<string>): readonly StoreEntry[] {
  if (stores === 'all') return directory.entries;
  return [...stores].sort(byCodeUnit).flatMap((id) => directory.byId.get(id) ?? []);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
