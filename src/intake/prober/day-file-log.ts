import type { Logger } from 'pino';
import { systemReason } from '../../lib/errors.ts';
import type { Clocks } from '../../lib/world/ports.ts';
import type { DayFilePosition } from '../../storage/ports/day-files.ts';
import { DayFile, type Poll } from './day-file.ts';

export interface DayFileLogOptions {
  readonly folder: string;
  readonly log: Logger;
  readonly clock: Clocks;
  /** The most polls that are kept in memory until a file can be written again. */
  readonly maxMissing?: number;
}

/** About 20 MB. */
const MAX_MISSING = 100_000;
/** The most polls that are written at once. */
const CHUNK = 5_000;
/** Milliseconds between a failure and the next attempt. */
const RETRY_AFTER = 5_000;

/**
 * Writes polls to the day files in the order of their arrival. While no file can be written, it keeps them, and
 * completes the files later.
 */
export class DayFileLog {
  readonly #log: Logger;
  readonly #clock: Clocks;
  readonly #maxMissing: number;
  readonly #file: DayFile;
  #missing: Poll[] = [];
  #lost = { polls: 0, from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
  #fault: string | undefined;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor({ folder, log, clock, maxMissing = MAX_MISSING }: DayFileLogOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#maxMissing = maxMissing;
    this.#file = new DayFile(folder);
  }

  /** Why the last write failed, without a path; `undefined`: it succeeded. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** How many polls no file has. */
  get missing(): number {
    return this.#missing.length + this.#lost.polls;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Whether it is time to try again to write the polls that no file has. */
  get retryDue(): boolean {
    return this.#fault !== undefined && this.#clock.elapsed() >= this.#failedAt + RETRY_AFTER;
  }

  /**
   * Writes the polls that no file has, then these. Never rejects.
   *
   * @returns the end of the file; `undefined`: it could not be written
   */
  async append(polls: readonly Poll[]): Promise<DayFilePosition | undefined> {
    if (this.#fault !== undefined && !this.retryDue) {
      this.#keep(polls);
      return undefined;
    }
    const late = this.#missing.length;
    try {
      while (this.#missing.length > 0) {
        const chunk = this.#missing.slice(0, CHUNK);
        await this.#file.append(chunk, this.#clock.now());
        this.#missing.splice(0, chunk.length);
      }
      const position = await this.#file.append(polls, this.#clock.now());
      if (this.#fault !== undefined) this.#reportRecovery(late);
      return position;
    } catch (error) {
      this.#keep(polls);
      this.#reportFailure(systemReason(error));
      return undefined;
    }
  }

  /** Tries once more to write the polls that no file has. */
  async close(): Promise<void> {
    if (this.#fault !== undefined) {
      this.#failedAt = Number.NEGATIVE_INFINITY;
      await this.append([]);
    }
    if (this.missing > 0) {
      this.#log.error({ polls: this.missing }, 'day files incomplete: they cannot be written');
    }
    await this.#file.close();
  }

  #keep(polls: readonly Poll[]): void {
    for (const poll of polls) this.#missing.push(poll);
    const excess = this.#missing.length - this.#maxMissing;
    if (excess <= 0) return;
    if (this.#lost.polls === 0) {
      this.#log.error(
        { polls: this.#maxMissing },
        'too many polls waiting for the day file; dropping the oldest from it',
      );
    }
    for (const { instant } of this.#missing.splice(0, excess)) {
      this.#lost.polls++;
      this.#lost.from = Math.min(this.#lost.from, instant);
      this.#lost.until = Math.max(this.#lost.until, instant);
    }
  }

  #reportFailure(reason: string): void {
    this.#failures++;
    this.#failedAt = this.#clock.elapsed();
    if (reason !== this.#fault) {
      this.#log.error(
        { reason, polls: this.missing },
        'cannot write to the day file; storing polls in the database only',
      );
    }
    this.#fault = reason;
  }

  #reportRecovery(late: number): void {
    this.#fault = undefined;
    const { polls, from, until } = this.#lost;
    this.#lost = { polls: 0, from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
    if (polls === 0) {
      this.#log.warn({ polls: late }, 'day file writable again; missing polls were added');
      return;
    }
    const lost = { lost: polls, from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    this.#log.error({ polls: late, ...lost }, 'day file writable again, but incomplete');
  }
}
