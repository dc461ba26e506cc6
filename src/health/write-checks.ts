import { join } from 'node:path';
import { messageOf, systemReason, UserError } from '../lib/errors.ts';
import { elapsed } from '../lib/world/clocks.ts';
import { makeFolder, rm, writeFile } from '../lib/world/files.ts';
import type { Timer } from '../lib/world/ports.ts';
import { after, every, waitAtMost } from '../lib/world/timers.ts';
import type { Health, WriterName } from './health.ts';

export interface WriteChecksOptions {
  readonly health: Health;
  /** A small write each, by the name of what it checks. */
  readonly writes: ReadonlyMap<WriterName, () => Promise<void>>;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

const INTERVAL = 30_000;
/** Between two writes while they fail, milliseconds. */
const RETRY = 5_000;
/** A write that takes this long counts as failed, as on a disk that hangs; milliseconds. */
const LATE = 20_000;
/** How long a stop waits for writes that are running, milliseconds. */
const STOP_WAIT = 1_000;

const FILE = '.write-check';
/** More than a file system keeps beside the name of a file. */
const CONTENT = new Uint8Array(4_096);

/** Regularly writes something small to the database and each folder, so that faults show before real work meets them. */
export class WriteChecks {
  readonly #options: WriteChecksOptions;
  readonly #running = new Map<WriterName, Promise<void>>();
  /** When the last write of each began, on the monotonic clock. */
  readonly #begun = new Map<WriterName, number>();
  readonly #failing = new Set<WriterName>();
  #timer: Timer | undefined;

  constructor(options: WriteChecksOptions) {
    this.#options = options;
  }

  /** The first writes begin at once. */
  start(): void {
    this.#timer = every(RETRY, () => this.#step()).unref();
    this.#step();
  }

  /** Resolves when no write is running, or after a while: one that hangs holds up no end. */
  async stop(): Promise<void> {
    this.#timer?.stop();
    await waitAtMost(STOP_WAIT, Promise.all(this.#running.values()));
  }

  #step(): void {
    const now = elapsed();
    for (const [name, write] of this.#options.writes) {
      const due = (this.#begun.get(name) ?? Number.NEGATIVE_INFINITY) + (this.#failing.has(name) ? RETRY : INTERVAL);
      if (now < due || this.#running.has(name)) continue;
      this.#begun.set(name, now);
      this.#running.set(
        name,
        this.#check(name, write).finally(() => this.#running.delete(name)),
      );
    }
  }

  /** That the database is busy does not say whether it can be written. */
  async #check(name: WriterName, write: () => Promise<void>): Promise<void> {
    const { log, health } = this.#options;
    const writer = health.writer(name);
    const late = after(LATE, () => {
      writer.failed(new UserError('unavailable', `a small write has not ended within ${LATE / 1_000} seconds`));
    });
    try {
      await write();
      writer.worked();
      if (this.#failing.delete(name)) log.info({ what: name }, 'write check succeeded again');
    } catch (error) {
      if (error instanceof UserError && error.code === 'busy') return;
      writer.failed(error);
      if (!this.#failing.has(name)) log.warn({ what: name, reason: messageOf(error) }, 'write check failed');
      this.#failing.add(name);
    } finally {
      late.stop();
    }
  }
}

/**
 * Writes a small file to a folder, which is created if it is missing, and removes it.
 *
 * @throws UserError `unwritable` with the reason of the system, which names no path
 */
export async function writeSmallFile(folder: string): Promise<void> {
  const path = join(folder, FILE);
  try {
    await makeFolder(folder);
    await writeFile(path, CONTENT, { flush: true });
  } catch (error) {
    throw new UserError('unwritable', systemReason(error), { cause: error });
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}
