import type { Logger } from 'pino';
import { HOUR } from '../domain/hours.ts';
import { messageOf } from '../lib/errors.ts';
import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

export interface RetentionOptions {
  /** What is removed, as the log calls it. */
  readonly what: string;
  /** How long it is kept, milliseconds; `undefined`: for ever. */
  readonly keep: number | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Removes what is older than `before`; returns how many. */
  readonly sweep: (before: number) => Promise<number>;
}

/** Removes what is older than it is to be kept, at the start and every hour. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: Timer | undefined;
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
    this.#timer?.stop();
    await this.#sweeping;
  }

  /** Removes now what is too old; what goes wrong is logged, and tried again in an hour. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => this.#sweep());
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { what, keep, log, now, sweep } = this.#options;
    if (keep === undefined) return;
    try {
      const removed = await sweep(now() - keep);
      if (removed > 0) log.info({ removed }, `removed old ${what}`);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, `old ${what} cannot be removed; trying again in an hour`);
    }
  }
}
