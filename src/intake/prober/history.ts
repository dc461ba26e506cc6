import type { Snapshot } from '../../storage/ports/snapshot.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { PollHistory } from './poll-writer.ts';

/** The polls of this many stores are read at once. */
const BATCH = 50_000;

/** The polls in a storage. */
export class StoredPolls implements PollHistory {
  readonly #storage: Pick<Storage, 'snapshot'>;

  constructor(storage: Pick<Storage, 'snapshot'>) {
    this.#storage = storage;
  }

  forEach(from: number, visit: (storeId: string, instant: number, active: boolean) => void): Promise<void> {
    return this.#storage.snapshot((snapshot) => visitAll(snapshot, from, visit), 'background');
  }
}

async function visitAll(
  snapshot: Snapshot,
  from: number,
  visit: (storeId: string, instant: number, active: boolean) => void,
): Promise<void> {
  const latest = await snapshot.latestPoll();
  if (latest === undefined || latest < from) return;
  const { keys, ids } = await snapshot.stores();
  const idOf: string[] = [];
  for (const [i, id] of ids.entries()) idOf[keys[i] ?? 0] = id;
  for (let first = 0; first < idOf.length; first += BATCH) {
    const { length, store, instant, active } = await snapshot.polls(first, first + BATCH, from, latest);
    for (let i = 0; i < length; i++) {
      const id = idOf[first + (store[i] ?? 0)];
      if (id !== undefined) visit(id, instant[i] ?? 0, active[i] === 1);
    }
  }
}
