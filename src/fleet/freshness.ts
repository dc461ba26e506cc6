import { isStale } from '../domain/staleness.ts';
import { titleOf } from '../intake/feeds/registry.ts';
import { ageOf } from '../reports/stale-polls.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { SyncResult } from '../storage/ports/sync-log.ts';
import type { StoreDirectory } from '../stores/directory.ts';
import { unknownSchedules, unknownWarnings } from '../stores/known.ts';

export interface FreshnessParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  readonly syncs: { lastResults(): Promise<readonly SyncResult[]> };
  readonly directory: Pick<StoreDirectory, 'current'>;
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

/** Whether a live system is up to date, and of any, whether its rules are and all stores have known hours. */
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
    const { live, zoneWarning } = this.#parts;
    const aged = zoneWarning(now);
    return [
      ...(aged === undefined ? [] : [aged]),
      ...(live ? await this.#live(now) : []),
      ...unknownWarnings(unknownSchedules((await this.#parts.directory.current()).entries, now)),
    ];
  }

  async #live(now: number): Promise<string[]> {
    const { storage, syncs, interval, troubleSince } = this.#parts;
    const warnings: string[] = [];
    const latest = await storage.snapshot((snapshot) => snapshot.latestPoll());
    if (latest === undefined) warnings.push('there are no polls yet');
    else if (isStale(latest, now, interval)) warnings.push(`the newest poll is ${ageOf(latest, now)}`);
    if (troubleSince() !== undefined) warnings.push('the poller is in trouble itself and observes nothing');
    for (const { feed, status, standing } of await syncs.lastResults()) {
      const source = `a source of ${titleOf(feed)}`;
      if (status === 'failed') warnings.push(`${source} cannot be read`);
      if (standing !== undefined) warnings.push(`${source} has ${rowsOf(standing.rejected)} of ${standing.read}`);
    }
    return warnings;
  }
}

function rowsOf(bad: number): string {
  return bad === 1 ? '1 bad row' : `${bad} bad rows`;
}
