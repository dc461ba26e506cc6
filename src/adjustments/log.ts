import { LRUCache } from 'lru-cache';
import { Refreshed } from '../lib/refreshed.ts';
import type { AdjustmentEntry } from '../storage/ports/adjustments.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type KnownAdjustment, knownAdjustments } from './known.ts';
import { PlannedTime } from './planned.ts';

export interface AdjustmentLogParts {
  readonly storage: Pick<Storage, 'adjustments'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** The adjustments, as they were known at one instant. */
export interface Known {
  readonly adjustments: readonly KnownAdjustment[];
  readonly planned: PlannedTime;
}

interface Entries {
  readonly all: readonly AdjustmentEntry[];
  readonly known: Known;
}

/** Milliseconds between two checks for new entries. */
const INTERVAL = 1_000;

/** Instants whose adjustments are cached. */
const INSTANTS = 8;

/** All adjustments in memory, read again after some were recorded. */
export class AdjustmentLog {
  readonly #entries: Refreshed<Entries>;
  /** By how many entries were known. */
  readonly #past = new LRUCache<number, Known>({ max: INSTANTS });

  constructor({ storage, elapsed }: AdjustmentLogParts) {
    const read = async (before: Entries | undefined): Promise<Entries> => {
      if (before !== undefined && (await storage.adjustments.last()) === before.all.at(-1)?.id) return before;
      const all = await storage.adjustments.entries();
      this.#past.clear();
      return { all, known: knownAmong(all) };
    };
    this.#entries = new Refreshed(read, INTERVAL, elapsed);
  }

  /** What is known now; at most a second old, with everything that this process has recorded. */
  async current(): Promise<Known> {
    return (await this.#entries.current()).known;
  }

  /** What was known at an instant, milliseconds: neither adjustments nor revocations that were recorded later. */
  async knownAt(at: number): Promise<Known> {
    const { all, known } = await this.#entries.current();
    let count = all.length;
    while (count > 0 && (all[count - 1] as AdjustmentEntry).at > at) count--;
    if (count === all.length) return known;
    const past = this.#past.get(count) ?? knownAmong(all.slice(0, count));
    this.#past.set(count, past);
    return past;
  }

  /** Reports that this process has recorded something. */
  changed(): void {
    this.#entries.changed();
  }
}

function knownAmong(entries: readonly AdjustmentEntry[]): Known {
  const adjustments = knownAdjustments(entries);
  return { adjustments, planned: new PlannedTime(adjustments) };
}
