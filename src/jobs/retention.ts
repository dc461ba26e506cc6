import type { Logger } from 'pino';
import { HOUR } from '../domain/hours.ts';
import { messageOf } from '../lib/errors.ts';
import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

export interface RetentionOptions {
  /** The name of the jobs in the log: `reports`. */
  readonly what: string;
  /** How long a job is kept after its end, milliseconds; `undefined`: forever. */
  readonly keep: number | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Whether the wall clock can be relied on; it can, if not given. */
  readonly trusted?: (() => boolean) | undefined;
  /** The ids of some jobs that ended before an instant. */
  readonly endedBefore: (instant: number, limit: number) => Promise<string[]>;
  /** Removes a job with its files. */
  readonly remove: (id: string) => Promise<void>;
  /** Removes files that were written before an instant: their jobs may have been removed by another server. */
  readonly removeFilesBefore: (instant: number) => Promise<unknown>;
}

/** How many jobs are looked up at a time. */
const BLOCK = 500;

/** Removes jobs that ended too long ago, at the start and every hour. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: Timer | undefined;
  #stopped = false;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.keep === undefined) return;
    this.#timer = every(HOUR, () => void this.sweep()).unref();
    void this.sweep();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#sweeping;
  }

  /** Removes old jobs now. An error is logged, and the next sweep tries again. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => this.#sweep());
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { what, keep, log, now, removeFilesBefore, trusted = () => true } = this.#options;
    // By a clock that is a year ahead, every job is old.
    if (keep === undefined || !trusted()) return;
    try {
      const before = now() - keep;
      const removed = await this.#removeBefore(before);
      await removeFilesBefore(before);
      if (removed > 0) log.info({ removed }, `removed old ${what}`);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, `old ${what} cannot be removed; trying again in an hour`);
    }
  }

  async #removeBefore(instant: number): Promise<number> {
    const { endedBefore, remove } = this.#options;
    let removed = 0;
    for (;;) {
      const ids = await endedBefore(instant, BLOCK);
      if (ids.length === 0) return removed;
      for (const id of ids) {
        if (this.#stopped) return removed;
        await remove(id);
        removed++;
      }
    }
  }
}
