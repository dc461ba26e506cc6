import { join } from 'node:path';
import { messageOf, UserError } from '../../lib/errors.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { newId } from '../../lib/world/random.ts';
import { after, every } from '../../lib/world/timers.ts';
import type { SyncGauges } from '../../metrics.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { SyncResult, SyncRun } from '../../storage/ports/sync-log.ts';
import { RejectsFile } from '../feeds/rejects.ts';
import { type ReadingParts, readSources, type SyncProgress } from './attempts.ts';
import type { Cadence } from './cadence.ts';
import { titleOf } from './read-source.ts';

export interface SyncParts extends ReadingParts {
  readonly storage: Pick<Storage, 'importing' | 'syncs' | 'leases'>;
  readonly cadence: Cadence;
  /** Told when a run may have brought something. */
  readonly onChanged: () => void;
  /** Told when a run has ended, or was broken off, with what became of the sources. */
  readonly onEnd?: (results: readonly SyncResult[], brokenOff: boolean) => void;
  /** Where bad rows go. */
  readonly rejectsDir: string;
  /** This server's name. */
  readonly server: string;
}

export type BegunRun = Pick<SyncRun, 'id' | 'startedAt'>;

/** Who wants to know how a run goes. */
export interface SyncListener {
  readonly onBegin: (run: BegunRun) => void;
  readonly onProgress: (progress: SyncProgress) => void;
  /** Some sources could not be read, for these reasons, and are tried again after so many milliseconds. */
  readonly onRetry: (reasons: readonly string[], wait: number) => void;
  /** Bad rows went to this file. */
  readonly onRejects: (path: string) => void;
}

const NOBODY: SyncListener = { onBegin: () => {}, onProgress: () => {}, onRetry: () => {}, onRejects: () => {} };

const LEASE_LENGTH = 60_000;
const LEASE_RENEWAL = 20_000;
/** For so long the runs of the past can be looked up. */
const HISTORY = 90 * 86_400_000;
/** Timers know no longer wait than some 24 days. */
const LONGEST_WAIT = 86_400_000;

/**
 * Reads what is new in the configured sources, on schedule or when asked: one run at a time, on one server of several.
 * A source that fails is tried again and stops no other.
 */
export class SyncService {
  readonly #parts: SyncParts;
  #running: Promise<SyncRun> | undefined;
  #timer: Timer | undefined;
  #stopped = false;
  #progress: SyncProgress | undefined;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** What is read at this moment; `undefined`: nothing, since no run is under way here or it waits to try again. */
  get progress(): SyncProgress | undefined {
    return this.#running === undefined ? undefined : this.#progress;
  }

  /** What is read, by the names that people may see. */
  get sources(): { readonly feed: string; readonly source: string }[] {
    return this.#parts.sources.map((source) => ({ feed: source.feed, source: titleOf(source) }));
  }

  /** When this server runs next by its schedule, milliseconds; `undefined`: it has none. */
  get nextRun(): number | undefined {
    const { cadence, now } = this.#parts;
    if (this.#timer === undefined || this.#stopped) return undefined;
    const next = cadence(now());
    return Number.isFinite(next) ? next : undefined;
  }

  /** The newest runs, newest first. */
  runs(limit: number): Promise<SyncRun[]> {
    return this.#parts.storage.syncs.runs(limit);
  }

  /** Runs on schedule from now on; at once, when a run was missed. */
  start(): void {
    if (this.#parts.sources.length > 0) this.#schedule(0);
  }

  /** Runs no more, and resolves when the last run has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#running?.catch(() => {});
  }

  /** What a scrape is told. */
  async gauges(): Promise<SyncGauges> {
    const { storage, now } = this.#parts;
    const last = await storage.syncs.lastSuccess();
    const results = await this.lastResults();
    const badRows = new Map<string, number>();
    for (const { feed, standing } of results) {
      badRows.set(feed, (badRows.get(feed) ?? 0) + (standing?.rejected ?? 0));
    }
    return {
      failing: results.filter(({ status }) => status === 'failed').length,
      badRows,
      successAge: last === undefined ? undefined : (now() - last) / 1_000,
    };
  }

  /** How the last run that ended found each source. */
  async lastResults(): Promise<readonly SyncResult[]> {
    const runs = await this.#parts.storage.syncs.runs(2);
    return runs.find(({ finishedAt }) => finishedAt !== undefined)?.results ?? [];
  }

  /**
   * Runs now. Whoever asks while a run is under way gets that one.
   *
   * @throws UserError `conflict` when another server runs, or there are no sources
   */
  run(cause: SyncRun['cause'], told: Partial<SyncListener> = {}): Promise<SyncRun> {
    this.#running ??= this.#runAlone(cause, { ...NOBODY, ...told }).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /**
   * Begins a run, and leaves it to itself; resolves with it.
   *
   * @throws UserError `conflict` when one is under way, or there are no sources
   */
  async begin(): Promise<BegunRun> {
    if (this.#running !== undefined) throw new UserError('conflict', 'a sync is under way', { retryAfter: 10 });
    return new Promise((onBegin, onRefused) => {
      this.run('request', { onBegin }).catch((error: unknown) => {
        this.#parts.log.warn({ reason: messageOf(error) }, 'a sync ended early');
        onRefused(error);
      });
    });
  }

  #schedule(wait: number): void {
    if (this.#stopped) return;
    this.#timer = after(Math.min(wait, LONGEST_WAIT), () => void this.#tick());
  }

  /** Another server may have run in the meantime, or the database be away. */
  async #tick(): Promise<void> {
    const { cadence, log, now, storage } = this.#parts;
    let next = cadence(now());
    try {
      const [last] = await storage.syncs.runs(1);
      if (last === undefined || cadence(last.startedAt) <= now()) await this.run('schedule');
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'no sync now');
      next = Math.min(next, now() + LEASE_LENGTH);
    }
    this.#schedule(Math.max(0, next - now()));
  }

  async #runAlone(cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const { sources, storage, server } = this.#parts;
    if (sources.length === 0) {
      throw new UserError(
        'conflict',
        'there are no sources to sync: set SYNC_POLLS, SYNC_HOURS, SYNC_TIMEZONES or SYNC_SPECIAL_HOURS',
      );
    }
    const { leases } = storage;
    if (leases === undefined) return this.#runNow(cause, listener);
    const hold = () => leases.take('sync', server, LEASE_LENGTH);
    if (!(await hold())) throw new UserError('conflict', 'another server is syncing', { retryAfter: 10 });
    const renewal = every(LEASE_RENEWAL, () => void hold().catch(() => {}));
    try {
      return await this.#runNow(cause, listener);
    } finally {
      renewal.stop();
      await leases.release('sync', server).catch(() => {});
    }
  }

  /** However it ends, that is told. */
  async #runNow(cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const results: SyncResult[] = [];
    let brokenOff = true;
    try {
      const run = await this.#runInto(results, cause, listener);
      brokenOff = false;
      return run;
    } finally {
      this.#parts.onEnd?.(results, brokenOff);
    }
  }

  async #runInto(results: SyncResult[], cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const { storage, server, log, now, rejectsDir, onChanged } = this.#parts;
    const id = newId();
    const startedAt = now();
    await storage.syncs.forget(startedAt - HISTORY);
    await storage.syncs.begin({ id, server, cause, startedAt });
    listener.onBegin({ id, startedAt });
    const rejects = new RejectsFile(join(rejectsDir, `sync-${id}.csv`));
    try {
      const { onProgress, onRetry } = listener;
      const read = await readSources(this.#parts, {
        ...{ effectiveFrom: startedAt, rejects, onRetry, isStopped: () => this.#stopped },
        onProgress: (progress) => {
          this.#progress = progress;
          if (progress !== undefined) onProgress(progress);
        },
      });
      for (const result of read) {
        results.push(result);
        await storage.syncs.add(id, result);
      }
    } finally {
      onChanged();
      await rejects.close();
    }
    if (rejects.rows > 0) {
      log.warn({ rows: rejects.rows, file: rejects.path }, 'rows were rejected');
      listener.onRejects(rejects.path);
    }
    const finishedAt = now();
    await storage.syncs.finish(id, finishedAt);
    const failed = results.filter(({ status }) => status === 'failed').length;
    const added = results.reduce((sum, result) => sum + result.added, 0);
    log.info({ run: id, sources: results.length, failed, added, ms: finishedAt - startedAt }, 'synced');
    return { id, server, cause, startedAt, finishedAt, results };
  }
}
