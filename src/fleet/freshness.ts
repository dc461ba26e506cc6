import { latestInstant } from '../domain/future.ts';
import { isStale } from '../domain/staleness.ts';
import { titleOf } from '../intake/feeds/registry.ts';
import { counted } from '../lib/text.ts';
import type { ClockWatch } from '../lib/world/clock-watch.ts';
import { ageOf } from '../reports/stale-polls.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { SyncResult } from '../storage/ports/sync-log.ts';
import type { StoreDirectory } from '../stores/directory.ts';
import { unknownSchedules, unknownWarnings } from '../stores/known.ts';
import { StaleWhileRevalidate } from './stale-while-revalidate.ts';

export interface FreshnessParts {
  readonly storage: Pick<Storage, 'snapshot'>;
  readonly syncs: { lastResults(): Promise<readonly SyncResult[]> };
  readonly directory: Pick<StoreDirectory, 'current'>;
  /** When the present self-outage began, if there is one. */
  readonly troubleSince: () => number | undefined;
  /** What is wrong with the storing of its polls. */
  readonly proberWarnings: () => readonly string[];
  /** Whether the installation takes in polls continuously; the data of an archive may be old. */
  readonly live: boolean;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  readonly clock: Pick<ClockWatch, 'now' | 'elapsed' | 'warning'>;
  /** Warnings about alerts that reach nobody. */
  readonly alertWarnings: () => Promise<readonly string[]>;
  /** A warning about the age of the time zone rules. */
  readonly zoneWarning: (now: number) => string | undefined;
}

/** Milliseconds for which warnings are cached. */
const FRESH = 30_000;

/** Warns of stale data, of old time zone rules, of alerts to nobody and of stores with unknown hours or zones. */
export class Freshness {
  readonly #parts: FreshnessParts;
  readonly #warnings: StaleWhileRevalidate<string[]>;

  constructor(parts: FreshnessParts) {
    this.#parts = parts;
    const compute = () => this.#read(parts.clock.now());
    this.#warnings = new StaleWhileRevalidate({
      compute,
      elapsed: () => parts.clock.elapsed(),
      fresh: FRESH,
      stale: 0,
      onError: () => {},
    });
  }

  /**
   * The warnings as text for people; those that need the database are half a minute old at most. They name no file and
   * no URL.
   */
  async warnings(): Promise<string[]> {
    const { clock, proberWarnings } = this.#parts;
    const { warning } = clock;
    return [...(warning === undefined ? [] : [warning]), ...proberWarnings(), ...(await this.#warnings.get())];
  }

  /** Drops the cached warnings. */
  drop(): void {
    this.#warnings.drop();
  }

  async #read(now: number): Promise<string[]> {
    const { live, zoneWarning } = this.#parts;
    const aged = zoneWarning(now);
    return [
      ...(aged === undefined ? [] : [aged]),
      ...(live ? await this.#live(now) : []),
      ...(await this.#parts.alertWarnings()),
      ...unknownWarnings(unknownSchedules((await this.#parts.directory.current()).entries, now)),
    ];
  }

  async #live(now: number): Promise<string[]> {
    const { storage, syncs, interval, troubleSince } = this.#parts;
    const warnings: string[] = [];
    const latest = await storage.snapshot((snapshot) => snapshot.latestPoll(latestInstant(now)));
    if (latest === undefined) warnings.push('there are no polls yet');
    else if (isStale(latest, now, interval)) warnings.push(`the newest poll is ${ageOf(latest, now)}`);
    if (troubleSince() !== undefined) warnings.push('the poller is in trouble itself and observes nothing');
    for (const { feed, status, standing } of await syncs.lastResults()) {
      const source = `a source of ${titleOf(feed)}`;
      if (status === 'failed') warnings.push(`${source} cannot be read`);
      if (standing !== undefined)
        warnings.push(`${source} has ${counted(standing.rejected, 'bad row')} of ${standing.read}`);
    }
    return warnings;
  }
}
