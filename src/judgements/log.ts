import { LRUCache } from 'lru-cache';
import { Refreshed } from '../lib/refreshed.ts';
import type { JudgementEntry } from '../storage/ports/judgements.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type KnownJudgement, knownJudgements } from './known.ts';
import { PlannedTime } from './planned.ts';

export interface JudgementLogParts {
  readonly storage: Pick<Storage, 'judgements'>;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
}

/** The judgements, as they were known at one instant. */
export interface Known {
  readonly judgements: readonly KnownJudgement[];
  readonly planned: PlannedTime;
}

interface Entries {
  readonly all: readonly JudgementEntry[];
  readonly known: Known;
}

/** Milliseconds between two checks for new entries. */
const INTERVAL = 1_000;

/** Instants whose judgements are cached. */
const INSTANTS = 8;

/** All judgements in memory, read again after some were recorded. */
export class JudgementLog {
  readonly #entries: Refreshed<Entries>;
  /** By how many entries were known. */
  readonly #past = new LRUCache<number, Known>({ max: INSTANTS });

  constructor({ storage, elapsed }: JudgementLogParts) {
    const read = async (before: Entries | undefined): Promise<Entries> => {
      if (before !== undefined && (await storage.judgements.last()) === before.all.at(-1)?.id) return before;
      const all = await storage.judgements.entries();
      this.#past.clear();
      return { all, known: knownAmong(all) };
    };
    this.#entries = new Refreshed(read, INTERVAL, elapsed);
  }

  /** What is known now; at most a second old, with everything that this process has recorded. */
  async current(): Promise<Known> {
    return (await this.#entries.current()).known;
  }

  /** What was known at an instant, milliseconds: neither judgements nor revocations that were recorded later. */
  async knownAt(at: number): Promise<Known> {
    const { all, known } = await this.#entries.current();
    let count = all.length;
    while (count > 0 && (all[count - 1] as JudgementEntry).at > at) count--;
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

function knownAmong(entries: readonly JudgementEntry[]): Known {
  const judgements = knownJudgements(entries);
  return { judgements, planned: new PlannedTime(judgements) };
}
