import { areLate } from './domain/patience.ts';
import { ageOf } from './reports/late-polls.ts';
import type { Storage } from './storage/ports.ts';
import type { SyncService } from './sync/service.ts';

export interface FreshnessParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  readonly syncs: Pick<SyncService, 'failing'>;
  /** When the present trouble of the poller began, if there is one. */
  readonly troubleSince: () => number | undefined;
  /** Whether polls come in by themselves: else the database is an archive, and may be as old as it likes. */
  readonly live: boolean;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** What is to be said about the age of the time zone rules. */
  readonly zoneWarning: (now: number) => string | undefined;
}

/** The data is looked at so often at most. */
const KEEP = 30_000;

/** Whether a live system is up to date, and the rules of any. */
export class Freshness {
  readonly #parts: FreshnessParts;
  #warnings: Promise<string[]> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: FreshnessParts) {
    this.#parts = parts;
  }

  /** What is not as it should be, for people; as it was at most half a minute ago. Names no file and no URL. */
  async warnings(): Promise<string[]> {
    const now = this.#parts.now();
    if (this.#warnings === undefined || now >= this.#lookedAt + KEEP) {
      this.#lookedAt = now;
      this.#warnings = this.#look(now);
      this.#warnings.catch(() => {
        this.#warnings = undefined;
      });
    }
    return this.#warnings;
  }

  async #look(now: number): Promise<string[]> {
    const { live, storage, syncs, interval, troubleSince } = this.#parts;
    const aged = this.#parts.zoneWarning(now);
    const warnings = aged === undefined ? [] : [aged];
    if (!live) return warnings;
    const latest = await storage.snapshot((snapshot) => snapshot.latestPoll());
    if (latest === undefined) warnings.push('there are no polls yet');
    else if (areLate(latest, now, interval)) warnings.push(`the newest poll is ${ageOf(latest, now)}`);
    if (troubleSince() !== undefined) warnings.push('the poller is in trouble itself and observes nothing');
    for (const { feed } of await syncs.failing()) warnings.push(`a source of ${TITLES[feed] ?? feed} cannot be read`);
    return warnings;
  }
}

const TITLES: Readonly<Record<string, string>> = {
  hours: 'business hours',
  zones: 'time zones',
  specialHours: 'special hours',
};
