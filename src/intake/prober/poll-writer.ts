import type { Logger } from 'pino';
import { latestInstant } from '../../domain/future.ts';
import { messageOf } from '../../lib/errors.ts';
import type { ClockWatch } from '../../lib/world/clock-watch.ts';
import type { DayFileCheckpoints, DayFilePosition } from '../../storage/ports/day-files.ts';
import type { PollBatch } from '../../storage/ports/storage.ts';
import type { Poll } from './day-file.ts';
import { DayFileLog } from './day-file-log.ts';
import { folderId } from './folder-id.ts';
import { oldCheckpoint, pollsAfter, removeOldCheckpoint } from './recovery.ts';
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
  readonly checkpoints: DayFileCheckpoints;
  readonly log: Logger;
  readonly clock: ClockWatch;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  /** As for `DayFileLog`. */
  readonly maxMissing?: number;
}

export interface PollWriterHealth {
  /** Milliseconds for which the oldest poll has been waiting to be written to a file; 0: none is waiting. */
  readonly waitingForFile: number;
  /** Likewise, to be stored in the database. */
  readonly waitingForDatabase: number;
  /** Why the day file cannot be written, without a path; `undefined`: the last write succeeded. */
  readonly fileFault: string | undefined;
  /** Polls that no day file has. */
  readonly missing: number;
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
  readonly position: DayFilePosition | undefined;
  /** When the first of them was added, on the monotonic clock. */
  readonly addedAt: number;
}

/**
 * Writes polls to the day file immediately and to the database in batches. After a crash, `recover` stores the polls
 * that only the file has.
 */
export class PollWriter {
  readonly #options: PollWriterOptions;
  readonly #dayFiles: DayFileLog;
  readonly #unwritten: Poll[] = [];
  /** When the first of them was added, on the monotonic clock. */
  #unwrittenSince = 0;
  #written: Written[] = [];
  #writing: Promise<void> | undefined;
  #storing: Promise<void> | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #storingSince = Number.NEGATIVE_INFINITY;
  #stored = 0;
  #failures = 0;
  /** Whether the database has what the files had before: only then may a checkpoint be saved. */
  #recovered = false;
  /** The checkpoint in the database. */
  #checkpoint: DayFilePosition | undefined;
  #folderFault: string | undefined;

  constructor(options: PollWriterOptions) {
    this.#options = options;
    this.#dayFiles = new DayFileLog(options);
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
    return this.#failures + this.#dayFiles.failures;
  }

  /** What keeps polls from the day file or the database. */
  health(): PollWriterHealth {
    const elapsed = this.#options.clock.elapsed();
    const unwritten = this.#unwritten.length > 0 ? this.#unwrittenSince : undefined;
    return {
      waitingForFile: elapsed - (unwritten ?? elapsed),
      waitingForDatabase: elapsed - (this.#written[0]?.addedAt ?? unwritten ?? elapsed),
      fileFault: this.#dayFiles.fault,
      missing: this.#dayFiles.missing,
    };
  }

  add(poll: Poll): void {
    if (this.#unwritten.length === 0) this.#unwrittenSince = this.#options.clock.elapsed();
    this.#unwritten.push(poll);
    this.#startWriting();
  }

  /**
   * Stores the polls that the day files have and the database lacks: those that an earlier process could not store,
   * and after a restore all since the backup. Returns how many there were. Rejects if the database is unavailable.
   *
   * If the polls folder cannot be used, this is done before a later batch is stored.
   *
   * @param shared whether peers may have polled the same stores; if so, their polls take precedence in each slot
   */
  async recover(shared: boolean): Promise<number> {
    const { folder, checkpoints } = this.#options;
    const id = await this.#folderId();
    if (id === undefined) return 0;
    this.#checkpoint = await checkpoints.find(id);
    const from = this.#checkpoint ?? (await oldCheckpoint(folder));
    let recovered = 0;
    for await (const { polls, position } of pollsAfter(folder, from)) {
      recovered += await this.#append(polls, { folder: id, ...position }, shared);
    }
    await removeOldCheckpoint(folder);
    this.#recovered = true;
    return recovered;
  }

  /**
   * Starts to store the next batch, unless a batch is running or it is too early for the next one.
   *
   * @param shared as for `recover`
   */
  flush(shared: boolean): void {
    if (this.#dayFiles.retryDue) this.#startWriting();
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
    await this.#dayFiles.close();
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

  #startWriting(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    do {
      const [polls, addedAt] = [[...this.#unwritten], this.#unwrittenSince];
      const position = await this.#dayFiles.append(polls);
      if (polls.length === 0) continue;
      this.#unwritten.splice(0, polls.length);
      this.#unwrittenSince = this.#options.clock.elapsed();
      this.#written.push({ polls, position, addedAt });
    } while (this.#unwritten.length > 0);
  }

  async #storeAll(shared: boolean): Promise<void> {
    try {
      if (!this.#recovered) await this.recover(shared);
      // Polls that are added in the meantime are stored with the next batch.
      for (let left = this.#written.length; left > 0; ) {
        const groups = firstGroups(this.#written, left);
        left -= groups.length;
        const position = groups.findLast((group) => group.position !== undefined)?.position;
        const polls = groups.flatMap((group) => group.polls);
        this.#stored += await this.#append(polls, this.#recovered ? position : undefined, shared);
        this.#written.splice(0, groups.length);
      }
    } catch (error) {
      this.#failures++;
      this.#pausedUntil = this.#options.clock.elapsed() + RETRY_AFTER;
      this.#options.log.warn({ reason: messageOf(error), polls: this.pending }, 'cannot store polls; trying again');
    }
  }

  /** Stores polls together with the checkpoint; returns how many were not left out. */
  async #append(polls: readonly Poll[], upTo: DayFilePosition | undefined, shared: boolean): Promise<number> {
    const { sink, checkpoints } = this.#options;
    const present = this.#withoutFuture(polls);
    const kept = shared && present.length > 0 ? await this.#withoutTakenSlots(present) : present;
    if (upTo === undefined) {
      if (kept.length > 0) await sink.append(columnsOf(kept));
      return kept.length;
    }
    await sink.append({ ...columnsOf(kept), step: { after: this.#checkpoint, upTo } });
    this.#checkpoint = await checkpoints.find(upTo.folder);
    if (this.#checkpoint?.file !== upTo.file || this.#checkpoint.bytes !== upTo.bytes) {
      // The acknowledgment of an earlier batch was lost, or the database was restored.
      this.#recovered = false;
      throw new Error('the database has another checkpoint of the day files; reading them again from there');
    }
    return kept.length;
  }

  async #folderId(): Promise<string | undefined> {
    try {
      return await folderId(this.#options.folder);
    } catch (error) {
      const reason = messageOf(error);
      const isNew = reason !== this.#folderFault;
      this.#folderFault = reason;
      if (isNew)
        this.#options.log.error({ reason }, 'cannot use the polls folder; its files will be read once it can be used');
      return undefined;
    }
  }

  /** Imports refuse such polls, too: one of them would move every window. They stay in the day file. */
  #withoutFuture(polls: readonly Poll[]): readonly Poll[] {
    const { clock, log } = this.#options;
    const latest = latestInstant(clock.now());
    const present = polls.filter(({ instant }) => instant <= latest);
    const future = polls.length - present.length;
    if (future > 0)
      log.error({ polls: future }, 'discarded polls with instants in the future: the system clock was wrong');
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
    // A probe that was under way when its store was deleted.
    restores: false,
  };
}
