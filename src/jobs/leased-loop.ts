import type { Logger } from 'pino';
import { isTemporary, messageOf } from '../lib/errors.ts';
import type { LeaseName } from '../storage/ports/leases.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { WorkLoop } from './work-loop.ts';

/** Milliseconds between two looks for what is due, and how long a server is the one that looks. */
const TICK = 30_000;
const LEASE = 2 * TICK;

export interface LeasedLoopParts {
  readonly storage: Pick<Storage, 'leases'>;
  readonly log: Logger;
  /** Whether the wall clock can be relied on. */
  readonly trusted: () => boolean;
  /** This server among those on the same database. */
  readonly server: string;
}

/** Work that is due at times of the wall clock, which one of the servers on a database does at a time. */
export class LeasedLoop {
  readonly #parts: LeasedLoopParts;
  readonly #lease: LeaseName;
  readonly #warning: string;
  readonly #work: () => Promise<void>;
  readonly #loop = new WorkLoop(() => this.#run());

  /**
   * @param lease that of the work
   * @param warning logged when the work fails; it is done again
   */
  constructor(parts: LeasedLoopParts, lease: LeaseName, warning: string, work: () => Promise<void>) {
    this.#parts = parts;
    this.#lease = lease;
    this.#warning = warning;
    this.#work = work;
  }

  /** Aborts when the loop is stopped; the work then ends, too. */
  get stopping(): AbortSignal {
    return this.#loop.stopping;
  }

  start(): void {
    this.#loop.start(TICK);
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Logs why work failed that is done again. */
  warn(error: unknown, log = this.#parts.log): void {
    const fields = isTemporary(error) ? { reason: messageOf(error) } : { err: error };
    log.warn(fields, this.#warning);
  }

  async #run(): Promise<void> {
    const { storage, server, trusted } = this.#parts;
    if (!trusted()) return;
    try {
      if ((await storage.leases?.take(this.#lease, server, LEASE)) ?? true) await this.#work();
    } catch (error) {
      this.warn(error);
    }
  }
}
