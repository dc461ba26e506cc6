import type { PollBatch } from '../../src/storage/ports/storage.ts';
import type { PostgresStorage } from '../../src/storage/postgres/storage.ts';

/** When batches begin, and how far they are apart, milliseconds: every tenth one is in the next week. */
const START = Date.parse('2023-01-22T12:00:00Z');
const STEP = 60_480_000;
/** Stores, each with a poll in every batch. Their keys begin with 1, in the order of their ids. */
const STORES = 50;

/** The polls of batch `number`, all at one instant. */
export function batchOf(number: number): PollBatch {
  return {
    ids: Array.from({ length: STORES }, (_, i) => `store-${100 + i}`),
    instants: new Array(STORES).fill(START + number * STEP),
    active: Array.from({ length: STORES }, (_, i) => (i + number) % 2),
  };
}

/**
 * The numbers of the batches that are stored.
 *
 * @throws Error when one is not as it was sent: in part, changed or doubled
 */
export async function storedBatches(storage: PostgresStorage): Promise<number[]> {
  const { length, store, instant, active } = await storage.snapshot(
    (snapshot) => snapshot.polls(1, STORES + 1, START, Number.MAX_SAFE_INTEGER),
    'background',
  );
  const found = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const number = ((instant[i] as number) - START) / STEP;
    found.set(number, (found.get(number) ?? 0) + 1);
    if (active[i] !== ((store[i] as number) + number) % 2) throw new Error(`batch ${number} has another state`);
  }
  for (const [number, polls] of found) {
    if (polls !== STORES) throw new Error(`batch ${number} has ${polls} of ${STORES} polls`);
  }
  return [...found.keys()].sort((a, b) => a - b);
}
