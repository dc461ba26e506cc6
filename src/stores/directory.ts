import { noStore } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreRecord } from '../storage/ports/stores.ts';

export interface StoreEntry {
  /** As the storage counts stores; it never leaves the program. */
  readonly key: number;
  readonly id: string;
  readonly name: string | undefined;
  /** An IANA name; `undefined`: the default zone; `Etc/Unknown`: it was given and could not be read. */
  readonly zone: string | undefined;
  /** Its hours were given and could not be read: until when they are unknown; not there: they are known. */
  readonly hoursUnknownUntil?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly probeUrl: string | undefined;
  /** Rises with every change of the store, its hours and special hours. */
  readonly version: number;
}

/** All stores at one moment. */
export interface Directory {
  /** Another number: something is different. */
  readonly revision: number;
  /** Sorted by id, by UTF-16 code unit. */
  readonly entries: readonly StoreEntry[];
  readonly byId: ReadonlyMap<string, StoreEntry>;
}

export interface StoreDirectoryParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** Milliseconds for which nobody looks again whether something has changed. */
const INTERVAL = 1_000;

/** So many stores are read at once, between which other work gets its turn: about 15 ms. */
const BLOCK = 10_000;

/** Every store in memory, read again when another revision of the stores is there. */
export class StoreDirectory {
  readonly #storage: Pick<Storage, 'snapshot'>;
  readonly #elapsed: () => number;
  #directory: Directory | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Own changes so far, and how many of them the last look saw. */
  #changes = 0;
  #seen = 0;
  #looking: Promise<Directory> | undefined;

  constructor({ storage, elapsed }: StoreDirectoryParts) {
    this.#storage = storage;
    this.#elapsed = elapsed;
  }

  /** The stores as they were at most a second ago, with all that `changed` told of. */
  async current(): Promise<Directory> {
    const wanted = this.#changes;
    if (this.#directory !== undefined && this.#seen >= wanted && this.#elapsed() - this.#lookedAt < INTERVAL) {
      return this.#directory;
    }
    let directory = await this.#look();
    while (this.#seen < wanted) directory = await this.#look();
    return directory;
  }

  /** Whether the store was there at the last look. */
  knows(id: string): boolean {
    return this.#directory?.byId.has(id) ?? false;
  }

  /** Something was written, which whoever asks from now on is to see. */
  changed(): void {
    this.#changes++;
  }

  /** Whoever asks while somebody looks gets what that one finds. */
  #look(): Promise<Directory> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<Directory> {
    const [changes, elapsed] = [this.#changes, this.#elapsed()];
    const directory = await this.#storage.snapshot(async (snapshot) => {
      const revision = await snapshot.storesRevision();
      return this.#directory?.revision === revision ? this.#directory : load(snapshot, revision);
    });
    this.#directory = directory;
    this.#seen = changes;
    this.#lookedAt = elapsed;
    return directory;
  }
}

async function load(snapshot: Snapshot, revision: number): Promise<Directory> {
  const entries: StoreEntry[] = [];
  const byId = new Map<string, StoreEntry>();
  let after = '';
  for (;;) {
    const records = await snapshot.storeRecords(after, BLOCK);
    for (const record of records) {
      if (record.deleted) continue;
      const entry = entryOf(record);
      entries.push(entry);
      byId.set(entry.id, entry);
    }
    const last = records.at(-1);
    if (last === undefined || records.length < BLOCK) break;
    after = last.id;
    await yieldTurn();
  }
  // They come sorted by their bytes, which is nearly always the order by code unit.
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { revision, entries, byId };
}

/**
 * The store that somebody means by a text: the one with this very id, or else with what is left of it when it is
 * trimmed.
 *
 * @param stores the ids of the stores that exist for that one
 * @throws UserError `not_found`, `invalid_input` when the text cannot be an id
 */
export function storeNamed({ byId }: Directory, stores: 'all' | ReadonlySet<string>, text: string): StoreEntry {
  for (const id of [text, trimmed(text)]) {
    const store = stores === 'all' || stores.has(id) ? byId.get(id) : undefined;
    if (store !== undefined) return store;
  }
  throw noStore(text);
}

/** A record of the storage as the rest of the program sees it. */
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

/** The stores that somebody sees, sorted by id. */
export function visibleEntries(directory: Directory, stores: 'all' | ReadonlySet<string>): readonly StoreEntry[] {
  if (stores === 'all') return directory.entries;
  return [...stores].sort(byCodeUnit).flatMap((id) => directory.byId.get(id) ?? []);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
