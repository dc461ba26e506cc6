import type { Logger } from 'pino';
import { latestInstant } from '../../domain/future.ts';
import { messageOf } from '../../lib/errors.ts';
import type { ClockWatch } from '../../lib/world/clock-watch.ts';
import type { PollBatch } from '../../storage/ports/storage.ts';
import { DayFile, type Poll, type Position } from './day-file.ts';
import { saveCheckpoint, unstoredPolls } from './recovery.ts';
import { offsetOf, slotAt } from './slots.ts';

/** Stores polls. Appending a poll that is already stored changes nothing. */
export interface PollSink {
  append(polls: PollBatch): Promise<unknown>;
}

/** The stored polls. */
export interface PollHistory {
  /** Calls `visit` for every poll at or after `from` (milliseconds), those of each store in the order of time. */
  forEach(from: number, visit: (storeId: string, instant: number, active: boolean) => void): Promise<void>;
}

export interface PollWriterOptions {
  readonly folder: string;
  readonly sink: PollSink;
  readonly history: PollHistory;
  readonly log: Logger;
  readonly clock: ClockWatch;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
}

/** The most polls in one batch. */
const MAX_BATCH = 5_000;
/**
 * Milliseconds between the starts of two batches. A commit costs the same for one poll as for a hundred, and makes the
 * server compute the state of the fleet again.
 */
const BATCH_INTERVAL = 2_000;
/** Milliseconds between a failure and the next attempt. */
const RETRY_AFTER = 5_000;

/** Polls that were written to the day file together, and the end of the file after that. */
interface Written {
  readonly polls: readonly Poll[];
  readonly position: Position | undefined;
}

/**
 * Writes polls to the day file immediately and to the database in batches. After a crash, `recover` stores the polls
 * that only the file has.
 */
export class PollWriter {
  readonly #options: PollWriterOptions;
  readonly #file: DayFile;
  readonly #unwritten: Poll[] = [];
  #written: Written[] = [];
  #writing: Promise<void> | undefined;
  #storing: Promise<void> | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #storingSince = Number.NEGATIVE_INFINITY;
  #stored = 0;
  #failures = 0;

  constructor(options: PollWriterOptions) {
    this.#options = options;
    this.#file = new DayFile(options.folder);
  }

  /** Polls that are not in the database yet. */
  get pending(): number {
    return this.#written.reduce((sum, { polls }) => sum + polls.length, this.#unwritten.length);
  }

  get stored(): number {
    return this.#stored;
  }

  /** How often writing to the file or to the database failed. */
  get failures(): number {
    return this.#failures;
  }

  add(poll: Poll): void {
    this.#unwritten.push(poll);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /**
   * Stores the polls that an earlier process wrote to the day file only; returns how many there were. Rejects if the
   * database is unavailable.
   *
   * @param shared whether peers may have polled the same stores; if so, their polls take precedence in each slot
   */
  async recover(shared: boolean): Promise<number> {
    let polls = 0;
    for await (const batch of unstoredPolls(this.#options.folder)) {
      const present = this.#withoutFuture(batch);
      const missing = shared ? await this.#withoutTakenSlots(present) : present;
      if (missing.length > 0) await this.#options.sink.append(columnsOf(missing));
      polls += missing.length;
    }
    return polls;
  }

  /**
   * Starts to store the next batch, unless a batch is running or it is too early for the next one.
   *
   * @param shared as for `recover`
   */
  flush(shared: boolean): void {
    if (this.#options.clock.elapsed() < this.#storingSince + BATCH_INTERVAL) return;
    this.#startBatch(shared);
  }

  /** Resolves when no write is running. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined || this.#storing !== undefined) {
      await this.#writing;
      await this.#storing;
    }
  }

  /**
   * Writes all polls. Those that the database does not accept are recovered at the next start.
   *
   * @param shared as for `recover`
   */
  async close(shared: boolean): Promise<void> {
    await this.settled();
    this.#startBatch(shared);
    await this.settled();
    await this.#file.close();
  }

  #startBatch(shared: boolean): void {
    const { clock } = this.#options;
    const elapsed = clock.elapsed();
    if (this.#storing !== undefined || this.#written.length === 0 || elapsed < this.#pausedUntil) return;
    // What lies in the future of a wrong clock may be right.
    if (!clock.trusted) return;
    this.#storingSince = elapsed;
    this.#storing = this.#storeAll(shared).finally(() => {
      this.#storing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#unwritten.length > 0) {
      const polls = [...this.#unwritten];
      let position: Position | undefined;
      try {
        position = await this.#file.append(polls, this.#options.clock.now());
      } catch (error) {
        this.#failures++;
        const reason = messageOf(error);
        this.#options.log.error(
          { reason, polls: polls.length },
          'cannot write to the day file; polls go to the database only',
        );
      }
      this.#unwritten.splice(0, polls.length);
      this.#written.push({ polls, position });
    }
  }

  async #storeAll(shared: boolean): Promise<void> {
    try {
      // Polls that are added in the meantime are stored with the next batch.
      for (let left = this.#written.length; left > 0; ) {
        const groups = firstGroups(this.#written, left);
        left -= groups.length;
        const all = this.#withoutFuture(groups.flatMap(({ polls }) => polls));
        const polls = shared ? await this.#withoutTakenSlots(all) : all;
        if (polls.length > 0) await this.#options.sink.append(columnsOf(polls));
        this.#written.splice(0, groups.length);
        this.#stored += polls.length;
        const position = groups.findLast((group) => group.position !== undefined)?.position;
        if (position !== undefined) await saveCheckpoint(this.#options.folder, position);
      }
    } catch (error) {
      this.#failures++;
      this.#pausedUntil = this.#options.clock.elapsed() + RETRY_AFTER;
      this.#options.log.warn({ reason: messageOf(error), polls: this.pending }, 'cannot store polls; trying again');
    }
  }

  /** Imports refuse such polls, too: one of them would move every window. They stay in the day file. */
  #withoutFuture(polls: readonly Poll[]): readonly Poll[] {
    const { clock, log } = this.#options;
    const latest = latestInstant(clock.now());
    const present = polls.filter(({ instant }) => instant <= latest);
    const future = polls.length - present.length;
    if (future > 0) log.error({ polls: future }, 'polls in the future are not stored: the system clock was wrong');
    return present;
  }

  async #withoutTakenSlots(polls: readonly Poll[]): Promise<Poll[]> {
    const { history, interval } = this.#options;
    const slotOf = (storeId: string, instant: number) =>
      `${slotAt(instant, offsetOf(storeId, interval), interval)} ${storeId}`;
    const wanted = new Set(polls.map(({ storeId }) => storeId));
    const earliest = polls.reduce((least, { instant }) => Math.min(least, instant), Number.POSITIVE_INFINITY);
    const taken = new Map<string, number>();
    await history.forEach(earliest - interval, (storeId, instant) => {
      if (wanted.has(storeId)) taken.set(slotOf(storeId, instant), instant);
    });
    return polls.filter(({ storeId, instant }) => {
      const stored = taken.get(slotOf(storeId, instant));
      return stored === undefined || stored === instant;
    });
  }
}

/** The first groups that make a batch, at most `most`. */
function firstGroups(written: readonly Written[], most: number): Written[] {
  let [groups, polls] = [0, 0];
  while (groups < most && polls < MAX_BATCH) polls += written[groups++]?.polls.length ?? 0;
  return written.slice(0, groups);
}

function columnsOf(polls: readonly Poll[]): PollBatch {
  return {
    ids: polls.map(({ storeId }) => storeId),
    instants: Float64Array.from(polls, ({ instant }) => instant),
    active: Uint8Array.from(polls, ({ active }) => (active ? 1 : 0)),
    reasons: new Map(polls.flatMap(({ reason }, i) => (reason === undefined ? [] : [[i, reason] as const]))),
  };
}
