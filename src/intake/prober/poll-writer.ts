import type { Logger } from 'pino';
import { messageOf } from '../../lib/errors.ts';
import type { PollBatch } from '../../storage/ports/storage.ts';
import { DayFile, type Poll, type Position } from './day-file.ts';
import { unstoredPolls, writeMark } from './poll-files.ts';
import { offsetOf, slotAt } from './slots.ts';

/** Where polls go for good. Appending what is there already changes nothing. */
export interface PollSink {
  append(polls: PollBatch): Promise<unknown>;
}

/** The polls that are there already. */
export interface PollHistory {
  /** Calls `visit` for every poll from `from` (milliseconds) on, those of one store in the order of time. */
  forEach(from: number, visit: (storeId: string, instant: number, active: boolean) => void): Promise<void>;
}

export interface PollWriterOptions {
  readonly folder: string;
  readonly sink: PollSink;
  readonly history: PollHistory;
  readonly log: Logger;
  readonly now: () => number;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
}

/** So many polls go to the database at once. */
const BATCH = 5_000;
/**
 * Milliseconds between the beginnings of two batches: a commit costs the same for one poll as for a hundred, and after
 * each the server looks at the fleet anew.
 */
const BATCH_INTERVAL = 2_000;
/** Milliseconds between a failure and the next attempt. */
const PAUSE = 5_000;

/** Polls that were written down together, and where the file ended then. */
interface Written {
  readonly polls: readonly Poll[];
  readonly position: Position | undefined;
}

/**
 * Writes polls down in the file of the day at once, and brings them to the database in batches. What the file has and
 * the database has not is brought there at the next start.
 */
export class PollWriter {
  readonly #options: PollWriterOptions;
  readonly #file: DayFile;
  #fresh: Poll[] = [];
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
    return this.#written.reduce((sum, { polls }) => sum + polls.length, this.#fresh.length);
  }

  get stored(): number {
    return this.#stored;
  }

  /** How often the file or the database did not take polls. */
  get failures(): number {
    return this.#failures;
  }

  add(poll: Poll): void {
    this.#fresh.push(poll);
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  /**
   * Brings to the database what an earlier program wrote down and did not bring there; returns how many polls that
   * were. Rejects when it cannot.
   *
   * @param shared other servers may have polled the same stores since: of slots in which they did, theirs stand
   */
  async catchUp(shared: boolean): Promise<number> {
    let polls = 0;
    for await (const batch of unstoredPolls(this.#options.folder)) {
      const missing = shared ? await this.#withoutTakenSlots(batch) : batch;
      if (missing.length > 0) await this.#options.sink.append(columnsOf(missing));
      polls += missing.length;
    }
    return polls;
  }

  /**
   * Starts to bring to the database what was written down, unless that is under way, was begun or failed just now.
   *
   * @param shared as for `catchUp`
   */
  store(shared: boolean): void {
    if (this.#options.now() < this.#storingSince + BATCH_INTERVAL) return;
    this.#beginToStore(shared);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined || this.#storing !== undefined) {
      await this.#writing;
      await this.#storing;
    }
  }

  /**
   * Writes down what there is and brings it to the database; what that does not take is brought there at the next start.
   *
   * @param shared as for `catchUp`
   */
  async close(shared: boolean): Promise<void> {
    await this.settled();
    this.#beginToStore(shared);
    await this.settled();
    await this.#file.close();
  }

  #beginToStore(shared: boolean): void {
    const now = this.#options.now();
    if (this.#storing !== undefined || this.#written.length === 0 || now < this.#pausedUntil) return;
    this.#storingSince = now;
    this.#storing = this.#storeAll(shared).finally(() => {
      this.#storing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#fresh.length > 0) {
      const polls = this.#fresh;
      this.#fresh = [];
      let position: Position | undefined;
      try {
        position = await this.#file.append(polls, this.#options.now());
      } catch (error) {
        this.#failures++;
        const reason = messageOf(error);
        this.#options.log.error({ reason, polls: polls.length }, 'polls go to the database alone: no file takes them');
      }
      this.#written.push({ polls, position });
    }
  }

  async #storeAll(shared: boolean): Promise<void> {
    try {
      // What is written down meanwhile goes with the next ones.
      for (let left = this.#written.length; left > 0; ) {
        const groups = firstGroups(this.#written, left);
        left -= groups.length;
        const all = groups.flatMap(({ polls }) => polls);
        const polls = shared ? await this.#withoutTakenSlots(all) : all;
        if (polls.length > 0) await this.#options.sink.append(columnsOf(polls));
        this.#written.splice(0, groups.length);
        this.#stored += polls.length;
        const position = groups.findLast((group) => group.position !== undefined)?.position;
        if (position !== undefined) await writeMark(this.#options.folder, position);
      }
    } catch (error) {
      this.#failures++;
      this.#pausedUntil = this.#options.now() + PAUSE;
      this.#options.log.warn({ reason: messageOf(error), polls: this.pending }, 'polls wait for the database');
    }
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
      const there = taken.get(slotOf(storeId, instant));
      return there === undefined || there === instant;
    });
  }
}

/** As many of the first groups, at most `most`, as make a batch. */
function firstGroups(written: readonly Written[], most: number): Written[] {
  let [groups, polls] = [0, 0];
  while (groups < most && polls < BATCH) polls += written[groups++]?.polls.length ?? 0;
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
