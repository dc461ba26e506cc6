import { join } from 'node:path';
import { latestInstant } from '../../domain/future.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { alternatives } from '../../lib/text.ts';
import { PROBATION, untrustedClock } from '../../lib/world/clock-watch.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { newId } from '../../lib/world/random.ts';
import { after, every } from '../../lib/world/timers.ts';
import type { SyncGauges } from '../../metrics.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { SyncResult, SyncRun } from '../../storage/ports/sync-log.ts';
import { FEEDS } from '../feeds/registry.ts';
import { RejectsFile } from '../feeds/rejects.ts';
import { sourceTitle } from './read-source.ts';
import { type ReadDependencies, readSources, type SyncProgress } from './read-sources.ts';
import type { SyncSchedule } from './schedule.ts';

export interface SyncDependencies extends ReadDependencies {
  readonly storage: Pick<Storage, 'importing' | 'syncs' | 'leases'>;
  readonly schedule: SyncSchedule;
  /** Called when a run may have changed data. */
  readonly onChanged: () => void;
  /** Called when a run has ended. `error`: what ended it before all sources had a result, `undefined`: nothing. */
  readonly onEnd?: (results: readonly SyncResult[], error: unknown) => void;
  /** The folder of the rejects files. */
  readonly rejectsDir: string;
  /** This server's name. */
  readonly server: string;
}

export type BegunRun = Pick<SyncRun, 'id' | 'startedAt'>;

/** Called during a run. */
export interface SyncListener {
  readonly onBegin: (run: BegunRun) => void;
  readonly onProgress: (progress: SyncProgress) => void;
  /** Some sources failed for these reasons, and are retried after this many milliseconds. */
  readonly onRetry: (reasons: readonly string[], wait: number) => void;
  /** There are bad rows, in this file. */
  readonly onRejects: (path: string) => void;
}

const NO_LISTENER: SyncListener = { onBegin: () => {}, onProgress: () => {}, onRetry: () => {}, onRejects: () => {} };

/** The variables that name sources, for messages. */
export const SOURCE_VARIABLES = alternatives(FEEDS.map(({ variable }) => variable));

/** More than a wrong clock has ever made. */
const RECENT_RUNS = 100;

const LEASE_LENGTH = 60_000;
const LEASE_RENEWAL = 20_000;
/** How long past runs are kept, milliseconds. */
const HISTORY = 90 * 86_400_000;
/** Timers allow at most 24 days. */
const MAX_WAIT = 86_400_000;

/**
 * Reads what is new in the configured sources, on schedule or on request. Only one run is active at a time, even with
 * several servers. A source that fails is retried, and does not affect the others.
 */
export class SyncService {
  readonly #dependencies: SyncDependencies;
  #running: Promise<SyncRun> | undefined;
  #timer: Timer | undefined;
  /** The timer is running. */
  #waiting = false;
  readonly #stopping = new AbortController();
  #progress: SyncProgress | undefined;

  constructor(dependencies: SyncDependencies) {
    this.#dependencies = dependencies;
  }

  /** What is being read; `undefined`: this server has no active run, or the run waits for a retry. */
  get progress(): SyncProgress | undefined {
    return this.#running === undefined ? undefined : this.#progress;
  }

  /** The configured sources, by their names in results. */
  get sources(): { readonly feed: string; readonly source: string }[] {
    return this.#dependencies.sources.map((source) => ({ feed: source.feed, source: sourceTitle(source) }));
  }

  /** When this server runs next, milliseconds; `undefined`: it has no schedule. */
  get nextRun(): number | undefined {
    const { schedule, now } = this.#dependencies;
    if (this.#timer === undefined || this.#stopping.signal.aborted) return undefined;
    const next = schedule(now());
    return Number.isFinite(next) ? next : undefined;
  }

  /** The newest runs, newest first. */
  runs(limit: number): Promise<SyncRun[]> {
    return this.#dependencies.storage.syncs.runs(limit);
  }

  /** Starts the schedule. If a run was missed, it starts at once. */
  start(): void {
    if (this.#dependencies.sources.length > 0) this.#startTimer(0);
  }

  /** To be called when the wall clock was set: a run may be due now. */
  reschedule(): void {
    if (!this.#waiting) return;
    this.#timer?.stop();
    this.#startTimer(0);
  }

  /** Stops the schedule and interrupts the active run; resolves when that has ended. The next run continues it. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the sync is being stopped'));
    this.#timer?.stop();
    await this.#running?.catch(() => {});
  }

  /** The values for a scrape of the metrics. */
  async gauges(): Promise<SyncGauges> {
    const { storage, now } = this.#dependencies;
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

  /** The results of the last run that has ended. */
  async lastResults(): Promise<readonly SyncResult[]> {
    const runs = await this.#dependencies.storage.syncs.runs(2);
    return runs.find(({ finishedAt }) => finishedAt !== undefined)?.results ?? [];
  }

  /**
   * Runs now, or returns the active run.
   *
   * @throws UserError `conflict` if another server runs, or there are no sources; `unavailable` while the clock is not
   *   trusted
   */
  run(cause: SyncRun['cause'], listener: Partial<SyncListener> = {}): Promise<SyncRun> {
    this.#running ??= this.#runAlone(cause, { ...NO_LISTENER, ...listener }).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /**
   * Starts a run; resolves when it has begun.
   *
   * @throws UserError `conflict` if a run is active, or there are no sources; `unavailable` while the clock is not trusted
   */
  async begin(): Promise<BegunRun> {
    if (this.#running !== undefined) throw new UserError('conflict', 'a sync is already running', { retryAfter: 10 });
    return new Promise((onBegin, onRefused) => {
      this.run('request', { onBegin }).catch((error: unknown) => {
        this.#dependencies.log.warn({ reason: messageOf(error) }, 'sync aborted');
        onRefused(error);
      });
    });
  }

  #startTimer(wait: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#waiting = true;
    this.#timer = after(Math.min(wait, MAX_WAIT), () => void this.#tick());
  }

  /** Runs if no server has run since the last scheduled time. */
  async #tick(): Promise<void> {
    const { schedule, log, now, storage, trusted = () => true } = this.#dependencies;
    this.#waiting = false;
    if (!trusted()) return this.#startTimer(PROBATION);
    let next = schedule(now());
    try {
      const latest = latestInstant(now());
      // A run with a start in the future, made while the clock was wrong, must not delay the others until then.
      const last = (await storage.syncs.runs(RECENT_RUNS)).find(({ startedAt }) => startedAt <= latest);
      if (last === undefined || schedule(last.startedAt) <= now()) await this.run('schedule');
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'scheduled sync failed');
      next = Math.min(next, now() + LEASE_LENGTH);
    }
    this.#startTimer(Math.max(0, next - now()));
  }

  async #runAlone(cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const { sources, storage, server, trusted = () => true } = this.#dependencies;
    if (sources.length === 0) throw new UserError('conflict', `there are no sources to sync; set ${SOURCE_VARIABLES}`);
    // Changed schedules would apply from a wrong instant.
    if (!trusted()) throw untrustedClock();
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

  /** Calls `onEnd` in any case. */
  async #runNow(cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const results: SyncResult[] = [];
    const { onEnd } = this.#dependencies;
    try {
      const run = await this.#runInto(results, cause, listener);
      onEnd?.(results, undefined);
      return run;
    } catch (error) {
      onEnd?.(results, error);
      throw error;
    }
  }

  async #runInto(results: SyncResult[], cause: SyncRun['cause'], listener: SyncListener): Promise<SyncRun> {
    const { storage, server, log, now, rejectsDir, onChanged } = this.#dependencies;
    const id = newId();
    const startedAt = now();
    await storage.syncs.forget(startedAt - HISTORY);
    await storage.syncs.begin({ id, server, cause, startedAt });
    listener.onBegin({ id, startedAt });
    const rejects = new RejectsFile(join(rejectsDir, `sync-${id}.csv`));
    try {
      const { onProgress, onRetry } = listener;
      const all = await readSources(this.#dependencies, {
        ...{ effectiveFrom: startedAt, rejects, onRetry, signal: this.#stopping.signal },
        onProgress: (progress) => {
          this.#progress = progress;
          if (progress !== undefined) onProgress(progress);
        },
      });
      for (const result of all) {
        results.push(result);
        await storage.syncs.add(id, result);
      }
    } finally {
      onChanged();
      await rejects.close();
    }
    if (rejects.rows > 0) {
      log.warn({ rows: rejects.rows, file: rejects.path }, 'rejected bad rows');
      listener.onRejects(rejects.path);
    }
    const finishedAt = now();
    await storage.syncs.finish(id, finishedAt);
    const failed = results.filter(({ status }) => status === 'failed').length;
    const added = results.reduce((sum, result) => sum + result.added, 0);
    log.info({ run: id, sources: results.length, failed, added, ms: finishedAt - startedAt }, 'sync finished');
    return { id, server, cause, startedAt, finishedAt, results };
  }
}
