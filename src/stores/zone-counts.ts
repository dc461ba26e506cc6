import { DEFAULT_ZONE } from '../calendar/tzdb.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import type { StoreEntry } from './directory.ts';

export interface ZoneCount {
  readonly zone: string;
  readonly stores: number;
}

/** Stores processed before other work gets its turn. */
const STORES_PER_TURN = 100_000;

/** The number of stores in each time zone, the most common zones first. */
export async function countZones(stores: readonly StoreEntry[]): Promise<ZoneCount[]> {
  const counts = new Map<string, number>();
  for (let i = 0; i < stores.length; i++) {
    if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
    const zone = stores[i]?.zone ?? DEFAULT_ZONE;
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return [...counts]
    .map(([zone, stores]) => ({ zone, stores }))
    .sort((a, b) => b.stores - a.stores || (a.zone < b.zone ? -1 : 1));
}
